// The cluster form, two processes of each service, while what it is made of dies under load.
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type LaunchedKafka,
  type LaunchedOmnigate,
  launchKafka,
  launchOmnigate,
  type RedisServer,
  serviceRows,
  startRedis,
} from '@omnigate/testkit';
import { eventually } from '../journeys/eventually';
import { pidsOf, processesBelow } from '../journeys/process-list';
import { openScenes, type Scenes } from './scenes';

const seed = process.env.OMNIGATE_CHAOS_SEED ?? randomBytes(4).toString('hex');
const services = serviceRows.filter(({ alone }) => !alone).map(({ name }) => name);
const replicas = 2;
const sendsInFlight = 16;
const load = { writers: 10, perSecond: 25 };
/** What dies is started again; as long as Kubernetes' first back-off. */
const backWithinMs = 10_000;
const kafkaAwayMs = 60_000;
const goOnWithinMs = 10_000;
/** A listing takes some CPU, of which the processes that start have none to spare. */
const listEveryMs = 250;

const tell = (line: string): void => void process.stderr.write(`chaos: ${line}\n`);

describe('the cluster form', () => {
  let kafka: LaunchedKafka;
  let redis: RedisServer;
  let omnigate: LaunchedOmnigate;
  let scenes: Scenes | undefined;

  beforeAll(async () => {
    tell(`OMNIGATE_CHAOS_SEED=${seed}`);
    [kafka, redis] = await Promise.all([launchKafka({ nodes: 1 }), startRedis()]);
    omnigate = await launchOmnigate({
      form: 'cluster',
      env: {
        KAFKA_BROKERS: kafka.brokers.join(),
        REDIS_URL: redis.url,
        OMNIGATE_REPLICAS: String(replicas),
        OMNIGATE_SENDS_IN_FLIGHT: String(sendsInFlight),
        OMNIGATE_DEMO: '0',
      },
    });
  }, 240_000);
  afterEach(async () => {
    await scenes?.close();
    scenes = undefined;
  }, 60_000);
  afterAll(async () => {
    await omnigate?.close();
    await Promise.all([kafka?.close(), redis?.close()]);
  }, 120_000);

  const begin = async (name: string): Promise<Scenes> => {
    scenes = await openScenes(omnigate, { ...load, seed: `${seed}|${name}`, name: `${name}-` });
    await scenes.untilUnderLoad();
    return scenes;
  };

  const isReady = async (): Promise<boolean> => (await fetch(`${omnigate.httpUrl}/readyz`)).status === 200;

  /** Those that run, by service. */
  async function pidsNow(): Promise<Map<string, number[]>> {
    const rows = await processesBelow(omnigate.pid());
    return new Map(services.map((service) => [service, pidsOf(rows, service)]));
  }

  /**
   * Ends one process of each of some services, and waits until others are started in their place.
   * @param pids by service
   * @returns how long each was away, in ms
   */
  async function replace(
    pids: ReadonlyMap<string, number>,
    signal: 'SIGKILL' | 'SIGTERM',
  ): Promise<number[]> {
    const before = await pidsNow();
    for (const service of pids.keys()) expect(before.get(service)).toHaveLength(replicas);
    for (const pid of pids.values()) process.kill(pid, signal);
    const goneMs = new Map<string, number>();
    const tookMs = new Map<string, number>();
    const areBack = async (): Promise<boolean> => {
      const now = await pidsNow();
      for (const [service, pid] of pids) {
        const running = now.get(service) ?? [];
        if (!running.includes(pid) && !goneMs.has(service)) goneMs.set(service, Date.now());
        const since = goneMs.get(service);
        if (since && running.length === replicas && !tookMs.has(service))
          tookMs.set(service, Date.now() - since);
      }
      return tookMs.size === pids.size;
    };
    const what = `${[...pids.keys()]} again`;
    await eventually(areBack, { what, timeoutMs: 60_000, everyMs: listEveryMs });
    return [...tookMs.values()];
  }

  const untilReady = () => eventually(isReady, { what: '/readyz', timeoutMs: 60_000 });

  async function expectAllHolds(name: string, unknownAtMost: number): Promise<void> {
    const aftermath = await (scenes as Scenes).settle();
    tell(`${name}: ${aftermath.summary}`);
    expect(aftermath.violations).toEqual([]);
    expect(aftermath.unknown).toBeLessThanOrEqual(unknownAtMost);
  }

  test('each service in turn is killed under load, and started again within 10 s', async () => {
    const under = await begin('kill');
    const took: number[] = [];
    for (const service of services) {
      await under.untilUnderLoad();
      const [pid = 0] = (await pidsNow()).get(service) ?? [];
      took.push(...(await replace(new Map([[service, pid]]), 'SIGKILL')));
    }
    await untilReady();
    await under.untilUnderLoad();
    tell(`killed: started again after ${took.join(', ')} ms`);
    expect(Math.max(...took)).toBeLessThan(backWithinMs);
    await expectAllHolds('killed', sendsInFlight);
  }, 400_000);

  // As deployments roll: every service at once, each one process after the other.
  test('all processes are restarted, one of each service after the other, and nothing is unknown', async () => {
    const under = await begin('roll');
    const before = [...(await pidsNow())];
    for (let replica = 0; replica < replicas; replica += 1) {
      await replace(new Map(before.map(([service, pids]) => [service, pids[replica] ?? 0])), 'SIGTERM');
      await untilReady();
      await under.untilUnderLoad();
    }
    await expectAllHolds('rolling restart', 0);
  }, 400_000);

  test('Kafka is away for a minute: webhooks are told to come again, and all goes on by itself', async () => {
    const under = await begin('kafka');
    const before = await pidsNow();
    const [node] = kafka.nodes;
    await node?.kill();
    const atKill = under.acknowledged();
    await sleep(kafkaAwayMs);
    // What was under way at the kill may still have been acknowledged; nothing after it.
    const whileAway = under.acknowledged();
    expect(whileAway - atKill).toBeLessThan(load.writers * 2 + 1);
    await node?.start();
    const sinceMs = Date.now();
    await eventually(() => under.acknowledged() > whileAway, {
      what: 'an acknowledgement',
      timeoutMs: 60_000,
    });
    const acknowledgedMs = Date.now() - sinceMs;
    await eventually(isReady, { what: '/readyz', timeoutMs: 60_000 });
    tell(`Kafka again: acknowledged after ${acknowledgedMs} ms, ready after ${Date.now() - sinceMs} ms`);
    expect(acknowledgedMs).toBeLessThan(goOnWithinMs);
    await under.untilUnderLoad();
    await expectAllHolds('Kafka away', 0);
    // None took the outage for a fault of its own.
    expect(await pidsNow()).toEqual(before);
  }, 400_000);

  test('Redis forgets everything, hangs and stops, then PostgreSQL is restarted: all goes on by itself', async () => {
    const under = await begin('servers');
    await redis.flush();
    await under.untilUnderLoad();
    await redis.freeze();
    await under.untilUnderLoad();
    await redis.thaw();
    await redis.stop();
    await under.untilUnderLoad();
    await redis.start();
    await under.untilUnderLoad();
    // Nobody has noticed.
    expect(await under.unknownShown()).toBe(0);
    await omnigate.restartDatabase();
    await under.untilUnderLoad();
    await expectAllHolds('Redis and PostgreSQL away', sendsInFlight * replicas);
  }, 400_000);
});

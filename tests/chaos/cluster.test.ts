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
import { processesOf } from '../journeys/process-list';
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

  const pidsOf = (service: string): number[] => processesOf(omnigate.pid(), service);
  const isReady = async (): Promise<boolean> => (await fetch(`${omnigate.httpUrl}/readyz`)).status === 200;

  /** Ends a process, and waits until another is started in its place. @returns how long it was away */
  async function replace(service: string, pid: number, signal: 'SIGKILL' | 'SIGTERM'): Promise<number> {
    expect(pidsOf(service)).toHaveLength(replicas);
    process.kill(pid, signal);
    const gone = () => !pidsOf(service).includes(pid);
    await eventually(gone, { what: `the end of ${service}`, timeoutMs: 60_000 });
    const goneMs = Date.now();
    const again = () => pidsOf(service).length === replicas;
    await eventually(again, { what: `${service} again`, timeoutMs: 60_000 });
    return Date.now() - goneMs;
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
      took.push(await replace(service, pidsOf(service)[0] ?? 0, 'SIGKILL'));
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
    const rows = services.map((service) => ({ service, pids: pidsOf(service) }));
    for (let replica = 0; replica < replicas; replica += 1) {
      await Promise.all(rows.map(({ service, pids }) => replace(service, pids[replica] ?? 0, 'SIGTERM')));
      await untilReady();
      await under.untilUnderLoad();
    }
    await expectAllHolds('rolling restart', 0);
  }, 400_000);

  test('Kafka is away for a minute: webhooks are told to come again, and all goes on by itself', async () => {
    const under = await begin('kafka');
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

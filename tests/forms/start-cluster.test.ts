// `npm run start:cluster`: the same services as processes of their own, on servers that it starts itself.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DirectoryServiceService } from '@omnigate/contracts';
import { createClient, type ServiceDefinition } from '@omnigate/rpc';
import { serviceRows, type TwilioSimulator } from '@omnigate/testkit';
import { demoArticles } from '../journeys/demo-knowledge';
import { eventually } from '../journeys/eventually';
import { processesBelow } from '../journeys/process-list';
import { openSmsShop } from '../journeys/sms-shop';

const root = dirname(dirname(__dirname));
const startMs = 180_000;
const stopMs = 30_000;
/** As soon as Kubernetes starts a container again for the first time. */
const backMs = 10_000;
/** Of each kind of process one. */
const mortals = [
  /services\/channel-webhooks\/dist\/main\.js/,
  /nginx: master/,
  /kafka\.Kafka/,
  /redis-server/,
];

describe('npm run start:cluster', () => {
  let folder: string;
  let child: ChildProcess;
  let written: string;
  let ended: Promise<number | null>;
  let twilio: TwilioSimulator | undefined;
  const clients: { close(): void }[] = [];

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'omnigate-cluster-'));
    chmodSync(folder, 0o755);
  });
  afterAll(async () => {
    for (const client of clients) client.close();
    await twilio?.stop();
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
    await ended;
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }, 60_000);

  async function start(ports: Record<string, string>): Promise<void> {
    const env = { ...process.env, OMNIGATE_DATA_DIR: folder, OMNIGATE_DEMO: '0', ...ports };
    const options = { cwd: root, detached: true, env };
    child = spawn('npm', ['run', 'start:cluster'], { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    written = '';
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (written += chunk));
    ended = new Promise((resolve) => child.once('close', (code) => resolve(code)));
    await Promise.race([
      eventually(() => /^Omnigate is ready/m.test(written), {
        what: 'Omnigate is ready',
        timeoutMs: startMs,
      }),
      ended.then((code) => Promise.reject(new Error(`it ended with ${code}: ${written}`))),
    ]);
  }
  const free = { OMNIGATE_HTTP_PORT: '0', OMNIGATE_GRPC_PORT: '0', OMNIGATE_SMTP_PORT: '0' };
  const credentials = (): { grpc_address: string; api_key: string; http_url: string } =>
    JSON.parse(readFileSync(join(folder, 'credentials.json'), 'utf8'));
  function client<D extends ServiceDefinition>(definition: D): ReturnType<typeof createClient<D>> {
    const { grpc_address: address, api_key: apiKey } = credentials();
    const made = createClient(definition, { address, apiKey });
    clients.push(made);
    return made;
  }
  const isReady = async (): Promise<boolean> =>
    (await fetch(`${credentials().http_url}/readyz`).catch(() => undefined))?.status === 200;

  const pidsBelow = async (command = /./): Promise<number[]> =>
    (await processesBelow(child.pid ?? 0)).filter((row) => command.test(row.command)).map(({ pid }) => pid);
  /** Those that still run; one that nobody has reaped yet does not. */
  const survivors = (pids: readonly number[]): string[] => {
    const rows = spawnSync('ps', ['-o', 'stat=,pid=,command=', '-p', pids.join()], {
      encoding: 'utf8',
    }).stdout;
    return rows.split('\n').filter((row) => row !== '' && !row.startsWith('Z'));
  };

  async function saysThatItIsReady(): Promise<void> {
    expect(written.match(/^Omnigate is ready/gm)).toHaveLength(1);
    expect(written).toContain(`${folder}/credentials.json`);
    expect(written).not.toContain(credentials().api_key);
    const metrics = await (await fetch(`${credentials().http_url}/metrics`)).text();
    for (const { name } of serviceRows) {
      expect(metrics).toContain(`process_resident_memory_bytes{process="${name}-1"}`);
    }
  }

  async function killedAndStartedAgain(command: RegExp): Promise<void> {
    const [pid = 0] = await pidsBelow(command);
    expect(pid).toBeGreaterThan(0);
    process.kill(pid, 'SIGKILL');
    const isBack = async () => ![0, pid].includes((await pidsBelow(command))[0] ?? 0);
    await eventually(isBack, { what: `${command} again`, timeoutMs: backMs });
    // What a busy machine makes of a broker's start is not the supervisor's.
    await eventually(isReady, { what: `readiness after ${command}`, timeoutMs: startMs });
  }

  async function answersAndHealsItself(): Promise<void> {
    const shop = await openSmsShop({ client }, { resources: demoArticles() });
    twilio = shop.twilio;
    const ask = async (from: string): Promise<number | undefined> => {
      const [answer] = await shop.twilio.inbound({ url: shop.webhookUrl, from, body: '物业费怎么交？' });
      return answer?.status;
    };
    const isAnswered = (from: string): boolean => shop.twilio.messages.some(({ to }) => to === from);
    expect(await ask('+8613800000201')).toBe(200);
    await eventually(() => isAnswered('+8613800000201'), { what: 'an answer' });
    for (const command of mortals) await killedAndStartedAgain(command);
    // As a provider does, which tries again while the broker comes back.
    await eventually(async () => (await ask('+8613800000202')) === 200, {
      what: '200 again',
      timeoutMs: 30_000,
    });
    await eventually(() => isAnswered('+8613800000202'), { what: 'an answer again', timeoutMs: 30_000 });
  }

  async function startsAgainWhereItWasKilled(): Promise<void> {
    const all = await pidsBelow();
    const [main = 0] = await pidsBelow(/^\S*node\b.*testkit\/dist\/cluster\/main\.js/);
    const { http_url: url, grpc_address: address } = credentials();
    process.kill(main, 'SIGKILL');
    await ended;
    await start({
      ...free,
      OMNIGATE_HTTP_PORT: new URL(url).port,
      OMNIGATE_GRPC_PORT: address.split(':')[1] ?? '',
    });
    expect(survivors(all)).toEqual([]);
    // A client in this process waits before it connects again to an address that was away.
    const { resources } = await eventually(() =>
      client(DirectoryServiceService).listResources({ kind: 'Channel' }),
    );
    expect(resources.map(({ metadata }) => metadata?.name)).toContain('shop-sms');
  }

  async function endsWhenInterrupted(): Promise<void> {
    const all = await pidsBelow();
    const since = Date.now();
    process.kill(-(child.pid ?? 0), 'SIGINT');
    expect(await ended).toBe(0);
    expect(Date.now() - since).toBeLessThan(stopMs);
    // The shells that watch for a kill are told to go by those that they watched.
    await eventually(() => survivors(all).length === 0, { what: 'the end of all processes' });
  }

  // One test: each start takes half a minute of a small machine.
  test('is ready, answers as one, starts again what dies; killed, it leaves nothing and starts with what it knew; Ctrl-C ends all', async () => {
    await start(free);
    await saysThatItIsReady();
    await answersAndHealsItself();
    await startsAgainWhereItWasKilled();
    await endsWhenInterrupted();
  }, 600_000);
});

import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DirectoryServiceService } from '@omnigate/contracts';
import { createClient } from '@omnigate/rpc';
import { eventually } from '../journeys/eventually';
import { resource } from '../journeys/sms-shop';

const root = dirname(dirname(__dirname));
const main = join(root, 'services', 'standalone', 'dist', 'main.js');
const free = {
  OMNIGATE_HTTP_PORT: '0',
  OMNIGATE_GRPC_PORT: '0',
  OMNIGATE_SMTP_PORT: '0',
  OMNIGATE_DEMO: '0',
};

/** A command under way, with all that it has written. */
interface Started {
  child: ChildProcess;
  written(): string;
  ended: Promise<number | null>;
}

describe('starting and stopping', () => {
  let folder: string;
  const started: Started[] = [];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'omnigate-start-'));
    chmodSync(folder, 0o755);
  });
  afterEach(async () => {
    for (const { child, ended } of started.splice(0)) {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
      await ended;
    }
    rmSync(folder, { recursive: true, force: true });
  });

  function run(command: string, args: string[], env: Record<string, string>): Started {
    const child = spawn(command, args, {
      cwd: root,
      detached: true,
      env: { ...process.env, OMNIGATE_DATA_DIR: folder, ...free, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let text = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (text += chunk));
    const ended = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
    const one = { child, written: () => text, ended };
    started.push(one);
    return one;
  }
  const omnigate = (env: Record<string, string> = {}): Started => run(process.execPath, [main], env);
  const ready = async (one: Started): Promise<void> => {
    await Promise.race([
      eventually(() => /^Omnigate is ready/m.test(one.written()), { what: 'Omnigate is ready' }),
      one.ended.then((code) => Promise.reject(new Error(`it ended with ${code}: ${one.written()}`))),
    ]);
  };
  const credentials = (): { grpc_address: string; api_key: string; http_url: string } =>
    JSON.parse(readFileSync(join(folder, 'credentials.json'), 'utf8'));
  const postgresRuns = (): boolean => existsSync(join(folder, 'postgres', 'postgres', 'postmaster.pid'));
  /** Ends what a terminal ends at Ctrl-C: every process of the group. */
  const interrupt = ({ child }: Started): boolean => process.kill(-(child.pid ?? 0), 'SIGINT');

  test('npm start says when it is ready and where it is; Ctrl-C ends it, and what it knew is there again', async () => {
    const first = run('npm', ['start'], {});
    await ready(first);
    const { api_key: apiKey, http_url: url, grpc_address: address } = credentials();
    expect(statSync(join(folder, 'credentials.json')).mode & 0o777).toBe(0o600);
    expect(first.written().match(/^Omnigate is ready/gm)).toHaveLength(1);
    expect(first.written()).toContain(`${folder}/credentials.json`);
    expect(first.written()).toContain(address);
    expect(first.written()).not.toContain(apiKey);
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
    const directory = createClient(DirectoryServiceService, { address, apiKey });
    await directory.applyResources({ resources: [resource('Team', 'night', {})] });
    directory.close();
    interrupt(first);
    expect(await first.ended).toBe(0);
    expect(postgresRuns()).toBe(false);

    const second = run('npm', ['start'], {});
    await ready(second);
    expect(credentials().api_key).toBe(apiKey);
    const cli = run('npx', ['--no-install', 'omnigate', 'get', 'teams'], {});
    expect(await cli.ended).toBe(0);
    expect(cli.written()).toMatch(/^night /m);
    second.child.kill('SIGTERM');
    expect(await second.ended).toBe(0);
  });

  test('all that is wrong in the environment is told at once, by name and without values', async () => {
    const one = omnigate({
      OMNIGATE_HTTP_PORT: '65536',
      OMNIGATE_ADMIN_KEY: 'too short',
      DATABASE_URL: 'mine',
    });
    expect(await one.ended).toBe(1);
    expect(one.written()).toMatch(/OMNIGATE_HTTP_PORT: .*OMNIGATE_ADMIN_KEY: .*DATABASE_URL: /);
    expect(one.written()).not.toMatch(/too short|: mine|^ +at /m);
    expect(existsSync(join(folder, 'postgres'))).toBe(false);
  });

  test('a port that is taken is named, and nothing is left behind', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as { port: number };
    for (const variable of ['OMNIGATE_HTTP_PORT', 'OMNIGATE_GRPC_PORT', 'OMNIGATE_SMTP_PORT']) {
      const refused = omnigate({ [variable]: String(port) });
      expect(await refused.ended).toBe(1);
      expect(refused.written()).toMatch(new RegExp(`port ${port} is in use: .*set ${variable} to another`));
      expect(postgresRuns()).toBe(false);
    }
    await new Promise((resolve) => other.close(resolve));
    await ready(omnigate({ OMNIGATE_HTTP_PORT: String(port) }));
  });

  test('a key that does not open the stored secrets is refused, and the right one starts', async () => {
    const key = randomBytes(32).toString('hex');
    const first = omnigate({ OMNIGATE_ENCRYPTION_KEY: key });
    await ready(first);
    const { api_key: apiKey, grpc_address: address } = credentials();
    const directory = createClient(DirectoryServiceService, { address, apiKey });
    const config = { account_sid: 'AC1', auth_token: 'a-secret', from: '+14155550100' };
    await directory.applyResources({
      resources: [resource('Channel', 'sms', { type: 'sms-twilio', config })],
    });
    directory.close();
    first.child.kill('SIGTERM');
    expect(await first.ended).toBe(0);

    for (const OMNIGATE_ENCRYPTION_KEY of ['', randomBytes(32).toString('base64')]) {
      const refused = omnigate({ OMNIGATE_ENCRYPTION_KEY });
      expect(await refused.ended).toBe(1);
      expect(refused.written()).toContain('ENCRYPTION_KEY_MISMATCH');
      expect(postgresRuns()).toBe(false);
    }
    await ready(omnigate({ OMNIGATE_ENCRYPTION_KEY: key }));
  });
});

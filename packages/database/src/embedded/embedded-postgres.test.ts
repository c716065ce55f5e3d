import { execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createLogger } from '@omnigate/runtime';
import { Client } from 'pg';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../index';

const logger = createLogger({ service: 'test', level: 'silent' });
jest.setTimeout(180_000);

/** Most tests share one cluster, stopped in between. */
const sharedDir = enterable(mkdtempSync(join(tmpdir(), 'omnigate with space-')));
let dataDir = sharedDir;
let dataDirectory = '';
let running: EmbeddedPostgres[] = [];

/** As root the server's user must be able to enter the folder. */
function enterable(folder: string): string {
  chmodSync(folder, 0o711);
  return folder;
}

function useOwnFolder(): void {
  dataDir = enterable(mkdtempSync(join(tmpdir(), 'omnigate-own-')));
}

/** `leave()` stands for a process that was killed: it lets go of its connection and stops nothing. */
async function start(folder = dataDir): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres({ dataDir: folder, logger });
  running.push(server);
  const record = JSON.parse(readFileSync(join(folder, 'postgres.json'), 'utf8')) as {
    data_directory: string;
  };
  dataDirectory = record.data_directory.startsWith('/')
    ? record.data_directory
    : join(folder, record.data_directory);
  return server;
}

async function ask<Row extends object>(url: string, text: string): Promise<Row[]> {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<Row>(text)).rows;
  } finally {
    await client.end();
  }
}

function serverPid(): number {
  return Number(readFileSync(join(dataDirectory, 'postmaster.pid'), 'utf8').split('\n')[0]);
}

function lives(pid: number): boolean {
  try {
    return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
  } catch {
    return false;
  }
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 20));
}

function childrenOf(pid: number): number[] {
  const listed = execFileSync('ps', ['-o', 'pid=', '--ppid', String(pid)], { encoding: 'utf8' });
  return listed.trim().split(/\s+/).map(Number);
}

afterEach(async () => {
  for (const server of running) await server.stop();
  running = [];
  if (dataDir !== sharedDir) rmSync(dataDir, { recursive: true, force: true });
  dataDir = sharedDir;
});

afterAll(() => rmSync(sharedDir, { recursive: true, force: true }));

describe('startEmbeddedPostgres', () => {
  it('makes a server that keeps what is committed, in a folder with spaces', async () => {
    const first = await start();
    expect(first.adopted).toBe(false);
    const settings = await ask<{ name: string; setting: string }>(
      first.url,
      `select name, setting from pg_settings where name in ('fsync', 'full_page_writes', 'synchronous_commit',
        'server_encoding', 'listen_addresses', 'log_min_messages', 'log_min_error_statement', 'password_encryption')`,
    );
    expect(Object.fromEntries(settings.map(({ name, setting }) => [name, setting]))).toEqual({
      fsync: 'on',
      full_page_writes: 'on',
      synchronous_commit: 'on',
      server_encoding: 'UTF8',
      listen_addresses: '127.0.0.1',
      log_min_messages: 'log',
      log_min_error_statement: 'panic',
      password_encryption: 'scram-sha-256',
    });
    expect(await ask(first.url, 'select inet_client_addr() as address')).toEqual([{ address: null }]);
    await ask(first.url, "drop table if exists kept; create table kept as select '物业费' as text");
    await first.stop();
    const second = await start();
    expect(second.url).toBe(first.url);
    expect(await ask(second.url, 'select text from kept')).toEqual([{ text: '物业费' }]);
  });

  it('keeps the password to itself', async () => {
    const { url } = await start();
    expect(statSync(join(dataDir, 'postgres.json')).mode & 0o777).toBe(0o600);
    expect(statSync(dataDirectory).mode & 0o777).toBe(0o700);
    const wrong = new URL(url);
    wrong.password = 'guess';
    await expect(ask(wrong.href, 'select 1')).rejects.toMatchObject({ code: '28P01' });
    wrong.searchParams.delete('host');
    await expect(ask(wrong.href, 'select 1')).rejects.toMatchObject({ code: '28P01' });
  });

  it('logs nothing of what statements hold', async () => {
    const { url, stop } = await start();
    const canary = 'canary-8613800138000';
    await expect(ask(url, `select '${canary}'::int`)).rejects.toBeDefined();
    await expect(ask(url, `do $$ begin raise exception '${canary}'; end $$`)).rejects.toBeDefined();
    await stop();
    const folder = join(dataDirectory, 'log');
    const texts = [
      join(dataDir, 'postgres-start.log'),
      ...readdirSync(folder).map((name) => join(folder, name)),
    ].map((path) => readFileSync(path, 'utf8'));
    expect(texts.join('')).toContain('database system is shut down');
    expect(texts.join('')).not.toContain(canary);
  });

  it('takes over a server that a killed process left running', async () => {
    const first = await start();
    const pid = serverPid();
    await first.leave();
    const second = await start();
    expect(second).toMatchObject({ adopted: true, url: first.url });
    expect(serverPid()).toBe(pid);
    await second.stop();
    await until(() => !lives(pid));
  });

  it('recovers what was committed when the server and all below it were killed', async () => {
    const first = await start();
    await ask(first.url, 'drop table if exists kept; create table kept (n int)');
    await ask(first.url, 'insert into kept select generate_series(1, 1000)');
    const pid = serverPid();
    await first.leave();
    for (const each of [...childrenOf(pid), pid].map(String)) spawnSync('kill', ['-KILL', each]);
    const second = await start();
    expect(second.adopted).toBe(false);
    expect(await ask(second.url, 'select count(*)::int as n from kept')).toEqual([{ n: 1000 }]);
  });

  it('starts after a kill of the server alone, whose children end by themselves', async () => {
    const first = await start();
    await first.leave();
    process.kill(serverPid(), 'SIGKILL');
    const second = await start();
    expect(await ask(second.url, 'select 1 as n')).toEqual([{ n: 1 }]);
  });

  it('ends a server that does not answer, and starts anew', async () => {
    const first = await start();
    const pid = serverPid();
    await first.leave();
    process.kill(pid, 'SIGSTOP');
    const second = await start();
    expect(second.adopted).toBe(false);
    await until(() => !lives(pid));
  });

  it('does not mistake a stranger with the pid of a dead server for it', async () => {
    const first = await start();
    await first.stop();
    const lines = `${process.pid}\n${dataDirectory}\n1700000000\n1\n\n127.0.0.1\n\nready\n`;
    writeFileSync(join(dataDirectory, 'postmaster.pid'), lines, { mode: 0o600 });
    const second = await start();
    expect(second.adopted).toBe(false);
    expect(await ask(second.url, 'select 1 as n')).toEqual([{ n: 1 }]);
  });

  it('starts though a socket was left locked by a pid that still takes signals', async () => {
    const first = await start();
    await first.stop();
    const { uid, gid } = statSync(dataDirectory);
    // As a dead server that nobody has reaped does: its pid is there, and its user may signal it.
    const stranger = spawn('sleep', ['600'], { uid, gid });
    const port = new URL(first.url).port;
    const lines = `${stranger.pid}\n${dataDirectory}\n1700000000\n${port}\n${dataDirectory}\n`;
    writeFileSync(join(dataDirectory, `.s.PGSQL.${port}.lock`), lines);
    const second = await start().finally(() => stranger.kill());
    expect(second.url).toBe(first.url);
    expect(await ask(second.url, 'select 1 as n')).toEqual([{ n: 1 }]);
  });

  it('takes another port when its own is taken, and remembers it', async () => {
    const first = await start();
    await first.stop();
    const port = Number(new URL(first.url).port);
    const occupant = createServer();
    await new Promise<void>((resolve) => occupant.listen(port, '127.0.0.1', resolve));
    const second = await start();
    expect(new URL(second.url).port).not.toBe(String(port));
    await second.stop();
    await new Promise((resolve) => occupant.close(resolve));
    const third = await start();
    expect(third.url).toBe(second.url);
  });

  it('brings a server back that dies under it, on the same port', async () => {
    const { url } = await start();
    const pid = serverPid();
    process.kill(pid, 'SIGKILL');
    await until(() =>
      ask(url, 'select 1').then(
        () => true,
        () => false,
      ),
    );
    expect(serverPid()).not.toBe(pid);
  });

  it('lets one process at a time live on a folder', async () => {
    await start();
    await expect(startEmbeddedPostgres({ dataDir, logger })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
    });
  });

  it('begins anew after a set-up that was killed half-way', async () => {
    useOwnFolder();
    const half = join(dataDir, 'postgres.new');
    mkdirSync(join(half, 'base'), { recursive: true });
    const { url } = await start();
    expect(await ask(url, 'select 1 as n')).toEqual([{ n: 1 }]);
    expect(existsSync(half)).toBe(false);
  });

  it('says why it does not start', async () => {
    const first = await start();
    await first.stop();
    const custom = join(dataDirectory, 'custom.conf');
    writeFileSync(custom, "shared_buffers = 'plenty'\n", { mode: 0o644 });
    await expect(startEmbeddedPostgres({ dataDir, logger })).rejects.toThrow('custom.conf');
    rmSync(custom);
  });

  it('runs as another user when this one is root, where that user can go', async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'omnigate-closed-')); // mode 0700
    await start();
    const root = process.getuid?.() === 0;
    expect(statSync(dataDirectory).uid === process.getuid?.()).toBe(!root);
    expect(dataDirectory.startsWith(dataDir)).toBe(!root);
    await running.pop()?.stop();
    rmSync(root ? dirname(dataDirectory) : dataDirectory, { recursive: true, force: true });
  });

  it('refuses data without its password, and data of another major version', async () => {
    useOwnFolder();
    mkdirSync(join(dataDir, 'postgres'));
    writeFileSync(join(dataDir, 'postgres', 'PG_VERSION'), '17\n');
    await expect(startEmbeddedPostgres({ dataDir, logger })).rejects.toThrow('password is gone');
    writeFileSync(join(dataDir, 'postgres.json'), '{"data_directory":"postgres","port":1,"password":"x"}');
    await expect(startEmbeddedPostgres({ dataDir, logger })).rejects.toThrow('PostgreSQL 17');
  });
});

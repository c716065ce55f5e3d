import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createLogger } from '@omnigate/runtime';
import { freePorts } from '../free-ports';
import { httpProbe } from './probe';
import { type SupervisedProcess, type SupervisionOptions, superviseProcess } from './supervised-process';

/** Answers /livez and /readyz; notes its starts and how it was asked to end; hangs when it is told to. */
const program = `
  const { appendFileSync } = require('node:fs');
  const note = (what) => appendFileSync(process.env.NOTES, what + '\\n');
  note('start ' + process.pid);
  const server = require('node:http').createServer((request, response) => {
    if (request.url === '/hang') for (;;);
    response.end('ok');
  });
  process.on('SIGTERM', () => { note('SIGTERM'); if (!process.env.STUBBORN) process.exit(0); });
  if (!process.env.NEVER) server.listen(Number(process.env.PORT), '127.0.0.1');
  else setInterval(() => undefined, 1000);
  if (process.env.FAIL) { console.error('PORT: is wrong'); process.exit(1); }`;

describe('superviseProcess', () => {
  let folder: string;
  let supervised: SupervisedProcess;
  let output: string;
  let url: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'omnigate-supervised-'));
    output = '';
  });
  afterEach(async () => {
    await supervised.stop(0);
    rmSync(folder, { recursive: true, force: true });
  });

  const notes = (): string[] => {
    const file = join(folder, 'notes');
    return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
  };
  const starts = (): number[] =>
    notes().flatMap((line) => (line.startsWith('start ') ? [Number(line.slice(6))] : []));
  const until = async (reached: () => boolean | Promise<boolean>): Promise<void> => {
    while (!(await reached())) await sleep(20);
  };
  const lives = (pid: number): boolean => {
    try {
      process.kill(pid, 0);
      return true;
    } catch {
      return false;
    }
  };

  async function supervise(env: Record<string, string> = {}, options: Partial<SupervisionOptions> = {}) {
    const [port = 0] = await freePorts(1);
    url = `http://127.0.0.1:${port}`;
    supervised = superviseProcess(
      {
        name: 'sample-1',
        command: process.execPath,
        args: ['-e', program],
        env: { NOTES: join(folder, 'notes'), PORT: String(port), ...env },
        cwd: folder,
        ready: httpProbe(`${url}/readyz`, 1_000),
        alive: httpProbe(`${url}/livez`, 400),
      },
      {
        logger: createLogger({ service: 'test', level: 'silent' }),
        onOutput: (_stream, chunk) => {
          output += chunk;
        },
        ...options,
      },
    );
    return supervised;
  }

  test('what is killed is back on the same port', async () => {
    const { start, pid, ready } = await supervise();
    await start();
    const first = pid() as number;
    process.kill(first, 'SIGKILL');
    await until(async () => starts().length === 2 && (await ready()));
    expect(pid()).toBe(starts()[1]);
    expect(lives(first)).toBe(false);
  });

  test('what dies again and again is started again and again', async () => {
    const { start, pid } = await supervise();
    await start();
    for (let times = 2; times <= 4; times += 1) {
      const now = pid();
      if (now !== undefined) process.kill(now, 'SIGKILL');
      await until(() => starts().length === times && pid() === starts().at(-1));
    }
  });

  test('what lives but does not answer is killed and started again', async () => {
    const { start, ready } = await supervise({}, { aliveEveryMs: 400 });
    await start();
    await httpProbe(`${url}/hang`, 50)();
    await until(async () => starts().length === 2 && (await ready()));
  });

  test('what is stopped is asked once and stays down', async () => {
    const { start, stop, pid, ready } = await supervise();
    await start();
    await stop(20_000);
    expect(notes().slice(1)).toEqual(['SIGTERM']);
    expect(pid()).toBeUndefined();
    expect(await ready()).toBe(false);
    expect(starts()).toHaveLength(1);
  });

  test('what does not want to stop is killed at the deadline', async () => {
    const { start, stop } = await supervise({ STUBBORN: '1' });
    await start();
    await stop(300);
    expect(notes().slice(1)).toEqual(['SIGTERM']);
    expect(starts().map(lives)).toEqual([false]);
  });

  test('a first start that fails again and again is told, with what the process said', async () => {
    const { start } = await supervise({ FAIL: '1' });
    await expect(start()).rejects.toThrow('sample-1 ends before it is ready');
    expect(output).toBe('PORT: is wrong\n'.repeat(3));
    expect(starts()).toHaveLength(3);
  });

  test('a start that never gets there is told', async () => {
    const { start } = await supervise({ NEVER: '1' }, { readyMs: 500 });
    await expect(start()).rejects.toThrow('sample-1 was not ready in time');
    expect(starts()).toHaveLength(1);
  });
});

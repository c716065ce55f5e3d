import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startTethered } from './tethered';

/** A process whose parent is gone may stay in the table, dead, until init looks. */
function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !existsSync('/proc/self') || !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

async function until(reached: () => boolean): Promise<void> {
  while (!reached()) await sleep(10);
}

async function readLine(stream: NodeJS.ReadableStream): Promise<string> {
  let text = '';
  for await (const chunk of stream) {
    text += String(chunk);
    if (text.includes('\n')) break;
  }
  return text.split('\n')[0] ?? '';
}

describe('startTethered', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'omnigate-tethered-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('gives the exit code and the output of the program itself', async () => {
    const child = await startTethered('/bin/sh', ['-c', 'echo "$0 $1 $$"; exit 7', 'a b', '$c']);
    expect(await readLine(child.stdout)).toBe(`a b $c ${child.pid}`);
    expect(await child.ended).toBe(7);
    child.signal('SIGTERM'); // nobody: its pid may be another's by now
    await child.kill();
  });

  it('tells that a program can not be run', async () => {
    const child = await startTethered(join(folder, 'no-such-program'), []);
    expect(await child.ended).toBe(127);
  });

  it('signals the program, and kills what is below it too', async () => {
    const child = await startTethered('/bin/sh', ['-c', 'sleep 600 & echo $!; wait']);
    const below = Number(await readLine(child.stdout));
    expect(lives(below)).toBe(true);
    await child.kill();
    await until(() => !lives(below));
    const polite = await startTethered('/bin/sh', [
      '-c',
      'trap "exit 3" TERM; echo up; while :; do sleep 0.01; done',
    ]);
    await readLine(polite.stdout);
    polite.signal('SIGTERM');
    expect(await polite.ended).toBe(3);
  });

  it('ends the program and all below it when its starter is killed, and removes the scratch folder', async () => {
    const scratchFolder = join(folder, 'scratch');
    const starter = join(folder, 'starter.mjs');
    writeFileSync(
      starter,
      `import { mkdirSync } from 'node:fs';
       import { startTethered } from ${JSON.stringify(join(__dirname, 'tethered.ts'))};
       const [scratchFolder] = process.argv.slice(2);
       mkdirSync(scratchFolder);
       const script = 'sleep 600 & echo "$$ $!"; wait';
       const child = await startTethered('/bin/sh', ['-c', script], { scratchFolder });
       child.stdout.pipe(process.stdout);`,
    );
    const parent = spawn(
      process.execPath,
      ['--disable-warning=MODULE_TYPELESS_PACKAGE_JSON', starter, scratchFolder],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    const pids = (await readLine(parent.stdout)).split(' ').map(Number);
    expect(pids.map(lives)).toEqual([true, true]);
    const gone = once(parent, 'exit');
    parent.kill('SIGKILL');
    await gone;
    await until(() => !pids.some(lives) && !existsSync(scratchFolder));
  });
});

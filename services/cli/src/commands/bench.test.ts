import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { recordedTerminal } from '../../testing/recorded-terminal';
import { addBench } from './bench';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'omnigate-bench-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

async function bench(script: string | undefined, ...words: string[]) {
  const path = join(folder, 'bench.mjs');
  if (script !== undefined) writeFileSync(path, script);
  const terminal = recordedTerminal({ env: process.env, folder });
  const program = new Command().exitOverride();
  addBench(program, terminal, script === undefined ? join(folder, 'none.mjs') : path);
  const failure = await program.parseAsync(['bench', ...words], { from: 'user' }).then(
    () => undefined,
    (error: unknown) => error,
  );
  return { failure, out: terminal.written(), err: terminal.complained() };
}

test('runs the repository’s bench with what stands behind --, and shows what it prints', async () => {
  const script = 'console.log(process.argv.slice(2).join(" ")); console.error("measuring");';
  expect(await bench(script, '--', '--only', 'idle')).toEqual({
    failure: undefined,
    out: '--only idle\n',
    err: 'measuring\n',
  });
});

test.each([
  [1, 1],
  [2, 2],
  [70, 1],
])('ends with the bench: %i is %i', async (own, code) => {
  const { failure } = await bench(`process.exit(${own})`);
  expect(failure).toMatchObject({ code, message: '' });
});

test('says where the bench is when it is not there', async () => {
  const { failure } = await bench(undefined);
  expect(failure).toMatchObject({ code: 1, hint: expect.stringContaining('npm run bench') });
});

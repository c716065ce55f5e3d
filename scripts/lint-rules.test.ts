import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const root = dirname(__dirname);
const folder = mkdtempSync(join(tmpdir(), 'omnigate-lint-'));

beforeAll(() => {
  mkdirSync(join(folder, 'store'));
  // oxlint looks for its type checker where it stands.
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  write(
    'tsconfig.json',
    '{ "compilerOptions": { "strict": true, "target": "es2024", "module": "nodenext" } }',
  );
  write('store/index.ts', "export { type Port, createPort, save } from './port';");
  write(
    'store/port.ts',
    `export interface Port { publish(): Promise<void> }
     export const createPort = (): Port => ({ publish: async () => {} });
     export async function save(): Promise<void> {}`,
  );
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const write = (file: string, text: string) => writeFileSync(join(folder, file), text);

function run(tool: string, args: string[]): { code: number | null; said: string } {
  const { status, stdout, stderr } = spawnSync(join(root, 'node_modules', '.bin', tool), args, {
    cwd: folder,
    encoding: 'utf8',
  });
  return { code: status, said: stdout + stderr };
}

const promises = (file: string) =>
  run('oxlint', ['--type-aware', '--format=unix', '-c', join(root, '.oxlintrc.json'), file]);

it.each([
  ['a function of another folder', 'save();'],
  ["a port's method", 'createPort().publish();'],
  ['a method of a parameter', '((port: Port) => { port.publish(); })(createPort());'],
  ['an array of promises', '[1, 2].map(() => save());'],
  ['an event handler', '((on: (then: () => void) => void) => on(async () => { await save(); }))(() => {});'],
  ['a condition', "if (save()) console.log('saved');"],
])('finds the lost promise of %s', (_, statement) => {
  write(
    'lost.ts',
    `import { type Port, createPort, save } from './store';\nexport type P = Port;\nexport const c = createPort;\n${statement}\n`,
  );
  const { code, said } = promises('lost.ts');
  expect(said).toMatch(
    /lost\.ts:4:\d+: .*\[Error\/typescript(-eslint)?\((no-floating-promises|no-misused-promises)\)\]/,
  );
  expect(code).toBe(1);
});

it('lets promises pass that are awaited, or not awaited on purpose', () => {
  write(
    'kept.ts',
    "import { save } from './store';\nexport async function keep() { await save(); void save(); }\n",
  );
  expect(promises('kept.ts')).toMatchObject({ code: 0 });
});

it('finds an import cycle, and none where there is none', () => {
  const { vcs: _, ...config } = JSON.parse(readFileSync(join(root, 'biome.json'), 'utf8'));
  write('biome.json', JSON.stringify(config));
  write('a.ts', "import { b } from './b';\nexport const a = b;\n");
  write('b.ts', 'export const b = 1;\n');
  const lint = () => run('biome', ['lint', '--only=suspicious/noImportCycles', 'a.ts', 'b.ts']);
  expect(lint()).toMatchObject({ code: 0 });
  write('b.ts', "import { a } from './a';\nexport const b = () => a;\n");
  const { code, said } = lint();
  expect(said).toContain('noImportCycles');
  expect(code).toBe(1);
});

// The checks that are not Jest tests, one place for `npm run lint` and `npm test`.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { bin, node24, root, run, toolEnvironment } from './toolchain.mjs';

const buf = join(root, 'packages', 'contracts', 'node_modules', '.bin', 'buf');
const proto = join(root, 'proto');
const env = toolEnvironment();
const colours = process.stdout.isTTY ? [] : ['--colors=off'];

function breaking() {
  if (existsSync(join(proto, 'baseline.binpb')))
    return run(buf, ['breaking', '--against', 'baseline.binpb'], { cwd: proto, env });
  console.error('proto/baseline.binpb is missing: `npm run proto:baseline` writes it; commit it.');
  return 1;
}

/** Each resolves to an exit code; 0 is passed. */
export const protoChecks = [
  { name: 'protos: lint', check: () => run(buf, ['lint'], { cwd: proto, env }) },
  { name: 'protos: nothing breaks the committed baseline', check: breaking },
];

export const sourceChecks = [
  {
    name: 'format, lint, import cycles',
    check: () => run(bin('biome'), ['ci', '--error-on-warnings', ...colours, '.']),
  },
  {
    name: 'promises are awaited',
    check: () => run(bin('oxlint'), ['--type-aware', 'packages', 'services', 'tests']),
  },
  {
    name: 'dependency direction',
    check: () => run(node24(), [join(root, 'scripts', 'check-dependencies.mjs')]),
  },
];

/** The whole workspace from its sources; and what runs in browsers, with the types of a browser. */
const typeProjects = () => [
  'tsconfig.json',
  ...readdirSync(join(root, 'services'))
    .map((name) => join('services', name, 'widget', 'tsconfig.json'))
    .filter((file) => existsSync(join(root, file))),
];

async function types() {
  const codes = [];
  for (const project of typeProjects()) codes.push(await run(bin('tsc'), ['-p', project]));
  return codes.find((code) => code !== 0) ?? 0;
}

export const typeChecks = [{ name: 'types', check: types }];

/**
 * Runs checks one after the other, and says how each ended.
 * @returns {Promise<{ passed: number, failed: number }>}
 */
export async function runChecks(checks) {
  const counts = { passed: 0, failed: 0 };
  for (const { name, check } of checks) {
    const started = Date.now();
    const ok = (await check()) === 0;
    counts[ok ? 'passed' : 'failed'] += 1;
    console.log(`${ok ? 'PASS' : 'FAIL'} ${name} (${((Date.now() - started) / 1000).toFixed(1)} s)`);
  }
  return counts;
}

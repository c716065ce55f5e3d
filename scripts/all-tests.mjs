import { parseArgs } from 'node:util';
import { findBrowser } from './browser.mjs';
import { protoChecks, runChecks, sourceChecks, typeChecks } from './checks.mjs';
import { ensureCommand } from './debian.mjs';
import { deployChecks } from './deploy-checks.mjs';
import { runJest } from './jest-suites.mjs';
import { ensureBuilt, ensureInstalled } from './prepared.mjs';
import { findPythonGrpc } from './python.mjs';
import { findRedis } from './redis.mjs';

const usage = `npm test                                        everything
npm test -- --only SUITE [PATTERN]              one suite, and of it the files whose path matches
suites: checks, deploy, unit, e2e, forms, cluster, browser, chaos
        (e2e is the journeys in the standalone form; forms is what is of one form alone; cluster is the journeys once
        more, on Kafka and Redis, with two processes of each service)`;

/** Suites without workers run one file at a time: they start clusters, or put all load on one that the machine bears. */
const jestSuites = {
  unit: { folders: ['packages', 'services', 'scripts'], workers: 4 },
  // Every folder of tests/ but those below: a new one is not left out.
  e2e: { folders: ['tests/(?!forms/|browser/|chaos/)[^/]+'], workers: 4, shared: true },
  forms: { folders: ['tests/forms'], workers: 2 },
  cluster: { folders: ['tests/e2e'], env: { OMNIGATE_TEST_FORM: 'cluster' }, workers: 2, shared: true },
  browser: { folders: ['tests/browser'], workers: 2 },
  chaos: { folders: ['tests/chaos'] },
};

const counts = { passed: 0, failed: 0 };
const add = ({ passed, failed }) => {
  counts.passed += passed;
  counts.failed += failed;
};

/** @returns {Promise<boolean>} whether there is anything to run tests with */
async function prepare() {
  const install = async () => ((await ensureInstalled()) ? 0 : 1);
  const build = async () => ((await ensureBuilt('everything')) ? 0 : 1);
  const installed = await runChecks([{ name: 'packages installed', check: install }]);
  add(installed);
  if (installed.failed > 0) return false;
  const frontDoor = async () => ((await ensureCommand('nginx', 'nginx')) ? 0 : 1);
  add(
    await runChecks([
      { name: 'everything builds', check: build },
      { name: 'nginx is there', check: frontDoor },
    ]),
  );
  return true;
}

async function runSuite(name, pattern) {
  console.log(`\n── ${name} ──`);
  if (name === 'checks') return add(await runChecks([...protoChecks, ...sourceChecks, ...typeChecks]));
  if (name === 'deploy') return add(await runChecks(deployChecks));
  if (name === 'browser' && !(await findBrowser())) return add({ passed: 0, failed: 1 });
  // What is missing fails the test that wants it, after the line that says how to get it.
  if (['unit', 'forms', 'cluster', 'chaos'].includes(name)) await findRedis();
  if (name === 'e2e' || name === 'cluster') await findPythonGrpc();
  add(await runJest(jestSuites[name], pattern));
}

function choose() {
  try {
    const { values, positionals } = parseArgs({
      options: { only: { type: 'string' }, help: { type: 'boolean' } },
      allowPositionals: true,
    });
    const suites = ['checks', 'deploy', ...Object.keys(jestSuites)];
    if (values.only && !suites.includes(values.only)) throw new Error(`no suite ${values.only}`);
    if (positionals.length > 0 && !values.only) throw new Error('a pattern needs --only SUITE');
    return { ...values, suites: values.only ? [values.only] : suites, pattern: positionals[0] };
  } catch (error) {
    console.error(`${error.message}\n${usage}`);
    process.exit(2);
  }
}

const { help, suites, pattern } = choose();
if (help) {
  console.log(usage);
  process.exit(0);
}
if (await prepare()) {
  for (const suite of suites) await runSuite(suite, pattern);
}
console.log(`\n${counts.passed} passed, ${counts.failed} failed`);
process.exitCode = counts.failed === 0 ? 0 : 1;

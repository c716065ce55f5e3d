import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ClientName, clientNames } from './subjects';

/** What became of the tests of the bus's contract. */
export interface ContractRun {
  passed: number;
  /** Their names. */
  failed: string[];
}

interface JestResults {
  testResults: {
    message: string;
    assertionResults: { ancestorTitles: string[]; fullName: string; status: string }[];
  }[];
}

const root = join(__dirname, '..', '..', '..', '..');

/**
 * Runs the contract suite of the bus over each client, in a Jest of its own.
 *
 * @param brokers where to.
 * @returns what became of its tests, by client.
 * @throws Error when Jest ends without results, or some tests did not run.
 */
export async function runContract(brokers: string[]): Promise<Record<ClientName, ContractRun>> {
  const folder = mkdtempSync(join(tmpdir(), 'omnigate-contract-'));
  try {
    const results = join(folder, 'results.json');
    await runJest(results, brokers);
    if (!existsSync(results)) throw new Error('Jest ended without results');
    return countsOf(JSON.parse(readFileSync(results, 'utf8')) as JestResults);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function runJest(results: string, brokers: string[]): Promise<void> {
  const args = [
    join(root, 'node_modules', 'jest', 'bin', 'jest.js'),
    ...['--ci', '--runInBand', '--json', `--outputFile=${results}`],
    ...['--config', join(root, 'tests', 'load', 'clients', 'jest.config.cjs')],
  ];
  const env = { ...process.env, KAFKA_BROKERS: brokers.join() };
  const child = spawn(process.execPath, args, { cwd: root, env, stdio: 'ignore' });
  await once(child, 'exit');
}

function countsOf({ testResults }: JestResults): Record<ClientName, ContractRun> {
  const tests = testResults.flatMap(({ assertionResults }) => assertionResults);
  const runs = clientNames.map((name) => {
    const own = tests.filter(({ ancestorTitles }) => ancestorTitles[0] === name);
    const failed = own.filter(({ status }) => status === 'failed').map(({ fullName }) => fullName);
    const passed = own.filter(({ status }) => status === 'passed').length;
    if (own.length === 0 || passed + failed.length < own.length) {
      throw new Error(
        `not all tests of ${name} were run: ${testResults.map(({ message }) => message).join()}`,
      );
    }
    return [name, { passed, failed }] as const;
  });
  return Object.fromEntries(runs) as Record<ClientName, ContractRun>;
}

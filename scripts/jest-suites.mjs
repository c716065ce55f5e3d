import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launchShared } from './shared-omnigate.mjs';
import { node24, root, toolEnvironment } from './toolchain.mjs';

const jest = join(root, 'node_modules', 'jest', 'bin', 'jest.js');

/** Milliseconds that Jest may live on after its results are written. */
const graceAfterResults = 15_000;

/** Milliseconds that one suite may take in all. */
const limit = 20 * 60_000;

/** Resolves to 'ended', or to why Jest had to be ended: it hung, or left something open. */
function ended(child, results) {
  const started = Date.now();
  let written;
  return new Promise((resolve) => {
    const watch = setInterval(() => {
      if (!written && existsSync(results)) written = Date.now();
      const open = written && Date.now() - written > graceAfterResults;
      if (!open && Date.now() - started < limit) return;
      child.kill('SIGKILL');
      finish(open ? 'a test left something open: Jest did not end' : 'the suite took too long');
    }, 500);
    const finish = (how) => {
      clearInterval(watch);
      resolve(how);
    };
    child.on('error', (error) => finish(error.message));
    child.on('close', () => finish('ended'));
  });
}

/** Tests that did not run count as failed, and so does a suite without any: nothing is skipped silently. */
function countsOf(results) {
  if (!existsSync(results)) {
    console.error('FAIL Jest ended without results');
    return { passed: 0, failed: 1 };
  }
  const found = JSON.parse(readFileSync(results, 'utf8'));
  const notRun = found.numPendingTests + found.numTodoTests;
  if (notRun > 0) console.error(`FAIL ${notRun} tests are skipped or todo`);
  const empty = found.numTotalTestSuites === 0 ? 1 : 0;
  if (empty) console.error('FAIL no tests were found');
  return {
    passed: found.numPassedTests,
    failed: found.numFailedTests + found.numRuntimeErrorTestSuites + notRun + empty,
  };
}

/**
 * Runs Jest over some folders in a process of its own.
 * @param {{ folders: string[], workers?: number, env?: Record<string, string>, shared?: boolean }} suite folders: regular expressions,
 *   relative to the repository; workers: how many files run at a time (they wait more than they compute); env: added to
 *   the environment; shared: one Omnigate is launched for all files
 * @param {string} [pattern] a regular expression that the path of a test file must match
 * @returns {Promise<{ passed: number, failed: number }>} tests; a file that does not load is one failed, and so is a
 *   suite in which no file is found
 */
export async function runJest({ folders, workers = 1, env = {}, shared = false }, pattern) {
  const omnigate = shared ? await launchShared(env) : undefined;
  try {
    return await runFiles({ folders, workers, env: { ...env, ...omnigate?.env } }, pattern);
  } finally {
    await omnigate?.close();
  }
}

async function runFiles({ folders, workers, env }, pattern) {
  const folder = mkdtempSync(join(tmpdir(), 'omnigate-jest-'));
  const results = join(folder, 'results.json');
  const args = [
    '--ci',
    '--json',
    `--outputFile=${results}`,
    '--passWithNoTests',
    workers > 1 ? `--maxWorkers=${workers}` : '--runInBand',
  ];
  const paths = folders.map((each) => `^${escaped(root)}/${each}/.*${pattern ?? ''}`);
  const child = spawn(node24(), [jest, ...args, '--testPathPatterns', ...paths], {
    cwd: root,
    env: toolEnvironment(env),
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const how = await ended(child, results);
  const counts = countsOf(results);
  rmSync(folder, { recursive: true, force: true });
  if (how === 'ended') return counts;
  console.error(`FAIL ${how}`);
  return { ...counts, failed: counts.failed + 1 };
}

const escaped = (text) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');

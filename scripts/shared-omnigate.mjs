import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { node24, root, toolEnvironment } from './toolchain.mjs';

const program = join(root, 'packages', 'testkit', 'dist', 'omnigate', 'shared.js');

/**
 * Launches an Omnigate that the files of a suite share, each with a tenant of its own: starting one takes longer than
 * most files do.
 *
 * @param {Record<string, string>} env added to the environment; OMNIGATE_TEST_FORM says which form
 * @returns {Promise<{ env: Record<string, string>, close(): Promise<void> }>} the environment by which they find it;
 *   empty when it does not start: then each file launches its own, and says why that fails
 */
export async function launchShared(env) {
  const folder = mkdtempSync(join(tmpdir(), 'omnigate-shared-'));
  const outputFile = join(folder, 'output.log');
  writeFileSync(outputFile, '');
  const child = spawn(node24(), [program, outputFile], {
    cwd: root,
    env: toolEnvironment(env),
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  const lines = createInterface({ input: child.stdout });
  const told = await Promise.race([once(lines, 'line').then(([line]) => line), ended.then(() => undefined)]);
  return {
    env: told ? { OMNIGATE_TEST_SHARED: told } : {},
    async close() {
      child.stdin.end();
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

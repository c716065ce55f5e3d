#!/usr/bin/env node
// Starts the command on the workspace's Node 24; the Node that runs this file may be 20 or newer.
import { spawn } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const node24 = fileURLToPath(new URL('../../../node_modules/.bin/node', import.meta.url));

function runOnNode24() {
  const child = spawn(realpathSync(node24), [main, ...process.argv.slice(2)], { stdio: 'inherit' });
  // Ctrl-C reaches the child too, which decides how to end; this process only waits for it.
  process.on('SIGINT', () => {});
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    console.error(`omnigate: Node 24 does not start (${error.message}): run \`npm start\` once to repair it`);
    process.exitCode = 1;
  });
  child.on('close', (code, signal) => {
    process.exitCode = signal ? 128 + constants.signals[signal] : code;
    process.removeAllListeners('SIGINT');
  });
}

if (!existsSync(main) || !existsSync(node24)) {
  console.error('omnigate: not built yet: run `npm start` (or `npm run build`) in the repository first');
  process.exitCode = 1;
} else if (process.versions.node.startsWith('24.')) {
  process.argv[1] = main;
  await import('../dist/main.js');
} else {
  runOnNode24();
}

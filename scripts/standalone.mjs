import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { ensureBuilt, ensureInstalled } from './prepared.mjs';
import { node24, root } from './toolchain.mjs';

const main = join(root, 'services', 'standalone', 'dist', 'main.js');
const parent = process.ppid;

/**
 * Passes the first signal on and waits: the child ends in its own time, with nothing lost. Ctrl-C reaches the child
 * from the terminal too, so it must take a second signal for the same wish and not as a reason to hurry.
 */
function passSignals(child) {
  let passed = false;
  const pass = (signal) => {
    if (passed) return;
    passed = true;
    child.kill(signal);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => pass(signal));
  // npm was killed with -9: nobody can stop this process any more, so it stops by itself. (`exec` in package.json's
  // start makes npm its parent, not a shell that would live on.)
  setInterval(() => process.ppid !== parent && pass('SIGTERM'), 1000).unref();
}

function start() {
  // The child ends gracefully when this channel closes, so a kill -9 of this process stops it too.
  const stdio = ['inherit', 'inherit', 'inherit', 'ipc'];
  // What messages leave behind fits into a larger nursery, and the main thread collects it less often.
  const args = ['--max-semi-space-size=16', main, ...process.argv.slice(2)];
  const child = spawn(node24(), args, { cwd: root, stdio });
  passSignals(child);
  child.on('error', (error) => {
    console.error(`Node 24 does not start: ${error.message}`);
    process.exit(1);
  });
  child.on('exit', (code, signal) => {
    if (signal)
      console.error(
        `Omnigate was ended by ${signal}. What it acknowledged is stored: run \`npm start\` again.`,
      );
    process.exit(signal ? 128 + constants.signals[signal] : code);
  });
}

if (!(await ensureInstalled()) || !(await ensureBuilt())) process.exit(1);
if (!existsSync(main)) {
  console.error(
    'services/standalone/dist/main.js is missing after the build: services/standalone/src/main.ts must exist.',
  );
  process.exit(1);
}
start();

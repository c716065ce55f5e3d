import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { relative } from 'node:path';
import { node24, root, toolEnvironment } from './toolchain.mjs';

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
  // scripts makes npm its parent, not a shell that would live on.)
  setInterval(() => process.ppid !== parent && pass('SIGTERM'), 1000).unref();
}

/**
 * Runs a program of this repository on Node 24 until it ends, and ends with its exit code.
 * @param {string} main path of the program, which a build made
 * @param {{ options?: string[], env?: Record<string, string>, command: string }} how Node's options; variables that have a
 *   value where none is given; what people type to start it again
 */
export function runInForeground(main, { options = [], env = {}, command }) {
  if (!existsSync(main)) {
    console.error(`${relative(root, main)} is missing after the build: its source must exist.`);
    process.exit(1);
  }
  // The child ends when this channel closes, so a kill -9 of this process stops it too.
  const stdio = ['inherit', 'inherit', 'inherit', 'ipc'];
  const child = spawn(node24(), [...options, main, ...process.argv.slice(2)], {
    cwd: root,
    stdio,
    env: { ...env, ...toolEnvironment() },
  });
  passSignals(child);
  child.on('error', (error) => {
    console.error(`Node 24 does not start: ${error.message}`);
    process.exit(1);
  });
  child.on('exit', (code, signal) => {
    if (signal) {
      console.error(
        `Omnigate was ended by ${signal}. What it acknowledged is stored: run \`${command}\` again.`,
      );
    }
    process.exit(signal ? 128 + constants.signals[signal] : code);
  });
}

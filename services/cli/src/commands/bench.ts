import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { CommandError } from '../command-error';
import type { Terminal } from '../terminal';
import { examples } from './global-options';

/** This file is services/cli/dist/commands/bench.js in the repository. */
const repositoryScript = join(resolve(__dirname, '..', '..', '..', '..'), 'scripts', 'bench.mjs');

function runScript(script: string, args: readonly string[], terminal: Terminal): Promise<number> {
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, [script, ...args], {
      cwd: terminal.folder,
      env: terminal.env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout.pipe(terminal.output, { end: false });
    child.stderr.pipe(terminal.errors, { end: false });
    child.on('error', fail);
    child.on('close', (code) => done(code ?? 1));
  });
}

/**
 * Adds `omnigate bench`.
 *
 * @param program where to.
 * @param terminal where it is called.
 * @param script what it runs: the repository's `npm run bench`.
 */
export function addBench(program: Command, terminal: Terminal, script = repositoryScript): void {
  program
    .command('bench')
    .summary('measure this machine')
    .description(
      'Measures Omnigate on this machine, as `npm run bench` in the repository does. It starts servers, provider simulators ' +
        'and a generator of its own, so it never runs against a server with customers.',
    )
    .argument('[options...]', 'of the bench, behind --; `-- --help` lists them')
    .addHelpText('after', examples('omnigate bench', 'omnigate bench -- --only idle'))
    .action(async (args: string[]) => {
      if (!existsSync(script))
        throw new CommandError(
          'the bench is not here',
          undefined,
          'It is part of the repository: npm run bench',
        );
      const code = await runScript(script, args, terminal);
      // It has said why itself.
      if (code !== 0) throw new CommandError('', code === 2 ? 2 : 1);
    });
}

import type { Command } from 'commander';
import { printLine, type Terminal } from '../terminal';
import { examples } from './global-options';

/**
 * Adds `omnigate bench`.
 *
 * @param program where to.
 * @param terminal where it is called.
 */
export function addBench(program: Command, terminal: Terminal): void {
  program
    .command('bench')
    .summary('how to measure this machine')
    .description(
      'Says how to measure Omnigate: the bench starts servers, provider simulators and a generator of its own, so it never ' +
        'runs against a server with customers.',
    )
    .addHelpText('after', examples('npm run bench'))
    .action(() =>
      printLine(
        terminal,
        'Run `npm run bench` in the repository: it measures this machine and prints a table.',
      ),
    );
}

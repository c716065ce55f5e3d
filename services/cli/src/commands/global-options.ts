import { isAppError } from '@omnigate/errors';
import type { Command } from 'commander';
import { CommandError, exitCode } from '../command-error';
import { type GlobalOptions, openServer, type Server } from '../connection';
import type { Terminal } from '../terminal';

/**
 * Runs what a command does on the server that its options name, and closes the connection after it.
 *
 * @param command the command that was called.
 * @param terminal where it was called.
 * @param work what it does.
 */
export async function onServer(
  command: Command,
  terminal: Terminal,
  work: (server: Server) => Promise<void>,
): Promise<void> {
  const server = openServer(command.optsWithGlobals<GlobalOptions>(), terminal);
  try {
    await work(server);
  } catch (error) {
    throw isAppError(error, 'UNAVAILABLE') ? notReached(server) : error;
  } finally {
    server.close();
  }
}

const notReached = ({ address }: Server): CommandError =>
  new CommandError(
    `the server at ${address} is not reached`,
    exitCode.unreachable,
    'Start it with `npm start`, or name another by OMNIGATE_GRPC_ADDRESS and OMNIGATE_API_KEY.',
  );

/**
 * Examples at the end of a command's help.
 *
 * @param lines commands, as they are typed.
 * @returns text for addHelpText.
 */
export const examples = (...lines: string[]): string =>
  `\nExamples:\n${lines.map((line) => `  ${line}`).join('\n')}\n`;

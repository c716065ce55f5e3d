import { Command } from 'commander';
import { addApply } from './commands/apply';
import { addBench } from './commands/bench';
import { addBot } from './commands/bot';
import { addDeadLetters } from './commands/dead-letters';
import { addDelete } from './commands/delete';
import { addDesk } from './commands/desk';
import { addGet } from './commands/get';
import { examples } from './commands/global-options';
import { addKnowledge } from './commands/import-knowledge';
import { addSend } from './commands/send';
import { addTail } from './commands/tail';
import { addTopics } from './commands/topics';
import { failureOf } from './failure';
import { type Terminal, tell } from './terminal';

const about = `Omnigate's command line: declares channels, teams and knowledge, shows conversations, and lets you be an agent.

The server is found by OMNIGATE_GRPC_ADDRESS and OMNIGATE_API_KEY, else by the credentials.json that it leaves in
OMNIGATE_DATA_DIR (default: .omnigate in this folder, then in the repository's).
Ends with 0 done, 1 refused or not found, 2 wrong usage, 3 server not reached.`;

function createProgram(terminal: Terminal, version: string): Command {
  const program = new Command('omnigate')
    .description(about)
    .version(version)
    .option('--tenant <name>', 'the tenant to work in; for keys of operators')
    .option('--server <host:port>', 'gRPC address of the server; with OMNIGATE_API_KEY')
    .showHelpAfterError('(--help shows how it is used)')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.output.write(text),
      writeErr: (text) => terminal.errors.write(text),
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .addHelpText(
      'after',
      examples('omnigate get channels', 'omnigate bot ask "物业费怎么交" --explain', 'omnigate desk'),
    );
  addApply(program, terminal);
  addGet(program, terminal);
  addDelete(program, terminal);
  addSend(program, terminal);
  addDesk(program, terminal);
  addTail(program, terminal);
  addDeadLetters(program, terminal);
  addKnowledge(program, terminal);
  addBot(program, terminal);
  addTopics(program, terminal);
  addBench(program, terminal);
  return program;
}

/**
 * Runs one command.
 *
 * @param words the command line after `omnigate`.
 * @param terminal where it is called.
 * @param version what `--version` prints.
 * @returns the exit code; everything has been written.
 */
export async function runCommand(
  words: readonly string[],
  terminal: Terminal,
  version: string,
): Promise<number> {
  try {
    await createProgram(terminal, version).parseAsync([...words], { from: 'user' });
    return 0;
  } catch (error) {
    const { exitCode, text } = failureOf(error);
    if (text !== '') tell(terminal, `omnigate: ${text}`);
    return exitCode;
  }
}

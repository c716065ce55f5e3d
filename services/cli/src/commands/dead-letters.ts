import { type DeadLetter, OperationsServiceService } from '@omnigate/contracts';
import { toProtobufJson } from '@omnigate/rpc';
import { type Command, Option } from 'commander';
import { CommandError, usageError } from '../command-error';
import type { Server } from '../connection';
import { allPages } from '../listings/listing';
import { column, timeColumn } from '../output/cells';
import { type Format, formats, type JsonRow, writeRows } from '../output/write-rows';
import { printLine, type Terminal } from '../terminal';
import { examples, onServer } from './global-options';

interface ListOptions {
  topic?: string;
  output: Format;
}

const columns = [
  column('ID', 'id'),
  column('TOPIC', 'topic'),
  column('GROUP', 'group'),
  column('CODE', 'error_code'),
  column('BYTES', 'size_bytes'),
  timeColumn('FAILED', 'fail_time'),
];

async function* deadLetters(server: Server, topic: string): AsyncGenerator<DeadLetter> {
  const service = server.client(OperationsServiceService);
  yield* allPages(async (page) => {
    const { deadLetters: items, nextPageToken } = await service.listDeadLetters({ topic, ...page });
    return { items, nextPageToken };
  });
}

const toRow = (letter: DeadLetter): JsonRow =>
  toProtobufJson('omnigate.operations.v1.DeadLetter', letter) as JsonRow;

async function* rowsOf(server: Server, topic: string): AsyncGenerator<JsonRow> {
  for await (const letter of deadLetters(server, topic)) yield toRow(letter);
}

async function show(server: Server, id: string): Promise<JsonRow> {
  for await (const letter of deadLetters(server, '')) if (letter.id === id) return toRow(letter);
  throw new CommandError(`not found: dead letter ${id}`, undefined, 'What there is: omnigate dlq list');
}

async function settle(
  act: 'replay' | 'drop',
  choice: { ids: string[]; all: boolean },
  server: Server,
): Promise<number> {
  const service = server.client(OperationsServiceService);
  if (act === 'replay') return (await service.replayDeadLetters(choice)).replayedCount;
  return (await service.dropDeadLetters(choice)).droppedCount;
}

function addSettle(dlq: Command, terminal: Terminal, act: 'replay' | 'drop', description: string): void {
  const done = act === 'replay' ? 'replayed' : 'dropped';
  dlq
    .command(act)
    .description(description)
    .argument('[ids...]', 'which')
    .option('--all', 'every one of the tenant', false)
    .addHelpText('after', examples(`omnigate dlq ${act} ID`, `omnigate dlq ${act} --all`))
    .action(async (ids: string[], { all }: { all: boolean }, command: Command) => {
      if (all === ids.length > 0) throw usageError(`dlq ${act} takes either ids or --all`);
      await onServer(command, terminal, async (server) => {
        const count = await settle(act, { ids, all }, server);
        printLine(terminal, `${count} ${done}`);
        const missing = new Set(ids).size - count;
        if (!all && missing > 0)
          throw new CommandError(
            `not found: ${missing} of them`,
            undefined,
            'What there is: omnigate dlq list',
          );
      });
    });
}

/**
 * Adds `omnigate dlq` with list, show, replay and drop.
 *
 * @param program where to.
 * @param terminal where it is called.
 */
export function addDeadLetters(program: Command, terminal: Terminal): void {
  const dlq = program
    .command('dlq')
    .summary('see and mend what could not be handled')
    .description('Dead letters: records that a consumer could not handle. Mend the cause, then replay them.')
    .addHelpText('after', examples('omnigate dlq list', 'omnigate dlq replay --all'));
  const output = () => new Option('-o, --output <format>', 'how').choices(formats);
  dlq
    .command('list')
    .description('Shows all dead letters, newest first.')
    .option('--topic <topic>', 'only of this topic')
    .addOption(output().default('table'))
    .addHelpText('after', examples('omnigate dlq list --topic omnigate.message.received.v1'))
    .action((options: ListOptions, command: Command) =>
      onServer(command, terminal, (server) =>
        writeRows(terminal, options.output, {
          rows: rowsOf(server, options.topic ?? ''),
          columns,
          title: 'dead letters',
        }),
      ),
    );
  dlq
    .command('show')
    .description('Shows all that is known of one; never what it holds, which is a customer’s.')
    .argument('<id>', 'which')
    .addOption(output().default('yaml'))
    .addHelpText('after', examples('omnigate dlq show ID'))
    .action((id: string, options: ListOptions, command: Command) =>
      onServer(command, terminal, async (server) =>
        writeRows(terminal, options.output, {
          rows: [await show(server, id)],
          columns,
          title: 'dead letters',
        }),
      ),
    );
  addSettle(
    dlq,
    terminal,
    'replay',
    'Gives dead letters to the consumer that could not handle them, once more.',
  );
  addSettle(dlq, terminal, 'drop', 'Gives dead letters up for good.');
}

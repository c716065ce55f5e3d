import { toProtobufJson } from '@omnigate/rpc';
import { type Command, Option } from 'commander';
import { CommandError, usageError } from '../command-error';
import type { Server } from '../connection';
import { findListing, listings } from '../listings/find-listing';
import { type Filter, filters, type Listing, type ListQuery, type OneWithParts } from '../listings/listing';
import { type Format, formats, type JsonRow, writeRows } from '../output/write-rows';
import { printLine, type Terminal } from '../terminal';
import { examples, onServer } from './global-options';
import { wholeNumber } from './number-option';

type GetOptions = { [F in Filter]?: string } & { output: Format; limit?: number };

function checkQuery(listing: Listing, query: ListQuery): void {
  const given = filters.filter((filter) => query[filter] !== undefined);
  for (const filter of given) {
    if (listing.filters.includes(filter)) continue;
    const known = listing.filters.map((each) => `--${each}`).join(', ') || 'none';
    throw usageError(`--${filter} is not for ${listing.title}`, `Options that narrow it: ${known}.`);
  }
  if (listing.required && !query[listing.required]) {
    const value = listing.required === 'channel' ? 'NAME' : 'ID';
    throw usageError(`get ${listing.title} needs --${listing.required} ${value}`);
  }
  if (query.name !== '' && !listing.nameIs)
    throw usageError(
      `get ${listing.title} takes no name`,
      `Without it you get all: omnigate get ${listing.title}`,
    );
}

async function* rowsOf(
  listing: Listing,
  server: Server,
  query: ListQuery,
  limit = Infinity,
): AsyncGenerator<JsonRow> {
  let count = 0;
  if (limit === 0) return;
  for await (const item of listing.list(server, query)) {
    yield toProtobufJson(listing.message, item) as JsonRow;
    count += 1;
    if (count >= limit) return;
  }
  if (count === 0 && query.name !== '')
    throw new CommandError(
      `not found: ${listing.title} ${query.name}`,
      undefined,
      `What there is: omnigate get ${listing.title}`,
    );
}

/** Before anything is written a list must have given something: a refusal leaves stdout empty. */
async function started(rows: AsyncGenerator<JsonRow>): Promise<AsyncIterable<JsonRow>> {
  const first = await rows.next();
  return (async function* () {
    if (first.done) return;
    yield first.value;
    yield* rows;
  })();
}

/** One with its parts: two tables, or one document. */
async function writeOne(
  on: { server: Server; terminal: Terminal; format: Format },
  listing: Listing,
  [one, name]: [OneWithParts, string],
): Promise<void> {
  const { server, terminal, format } = on;
  const found = toProtobufJson(one.message, await one.read(server, name)) as JsonRow;
  const row = found[one.rowMember] as JsonRow;
  const parts = found[one.partsMember] as JsonRow[];
  const { columns, title } = listing;
  if (format !== 'table')
    return writeRows(terminal, format, { rows: [{ ...row, [one.partsMember]: parts }], columns, title });
  await writeRows(terminal, format, { rows: [row], columns, title });
  printLine(terminal, '');
  await writeRows(terminal, format, { rows: parts, columns: one.partColumns, title: one.partsMember });
}

async function get(
  [kind, name = '']: [string, string | undefined],
  options: GetOptions,
  on: { command: Command; terminal: Terminal },
): Promise<void> {
  const listing = findListing(kind);
  const query: ListQuery = { ...options, name };
  checkQuery(listing, query);
  await onServer(on.command, on.terminal, async (server) => {
    const { terminal } = on;
    if (listing.one && name !== '')
      return writeOne({ server, terminal, format: options.output }, listing, [listing.one, name]);
    const rows = await started(rowsOf(listing, server, query, options.limit));
    await writeRows(terminal, options.output, { rows, columns: listing.columns, title: listing.title });
  });
}

/**
 * Adds `omnigate get`.
 *
 * @param program where to.
 * @param terminal where it is called.
 */
export function addGet(program: Command, terminal: Terminal): void {
  const kinds = listings.map(
    ({ title, nameIs, filters: narrow, required }) =>
      `  ${[title, nameIs && `[${nameIs}]`, ...narrow.map((each) => (each === required ? `--${each}` : `[--${each}]`))].filter(Boolean).join(' ')}`,
  );
  program
    .command('get')
    .summary('show what there is')
    .description(
      'Shows resources, conversations, messages, deliveries, tickets and logs: all of them, newest first.',
    )
    .argument('<kind>', 'what, in singular or plural; see below')
    .argument('[name]', 'one by its name or id')
    .addOption(new Option('-o, --output <format>', 'how').choices(formats).default('table'))
    .option('--limit <n>', 'at most so many', wholeNumber)
    .option(
      '--state <state>',
      'only in this state: open, resolved; of deliveries sent, unknown, failed, …; of tickets open, accepted, …',
    )
    .option('--owner <owner>', 'only of this owner: bot, queue, agent')
    .option('--channel <name>', 'only of this channel')
    .option('--address <address>', 'only of this address of a customer')
    .option('--conversation <id>', 'only of this conversation')
    .option('--message <id>', 'only of this message')
    .option('--type <name>', 'only of this type of ticket')
    .option('--worker <name>', 'only of this worker')
    .addHelpText('after', `\nKinds:\n${kinds.join('\n')}`)
    .addHelpText(
      'after',
      examples(
        'omnigate get channels',
        'omnigate get channel shop-sms -o yaml',
        'omnigate get conversations --state open --owner queue',
        'omnigate get messages --conversation ID -o json',
        'omnigate get tickets --state open',
        'omnigate get ticket 1001',
        'omnigate get channel-log --channel shop-sms',
      ),
    )
    .action((kind: string, name: string | undefined, options: GetOptions, command: Command) =>
      get([kind, name], options, { command, terminal }),
    );
}

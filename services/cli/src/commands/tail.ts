import { setTimeout as pause } from 'node:timers/promises';
import { OperationsServiceService, type TailResponse } from '@omnigate/contracts';
import { isAppError } from '@omnigate/errors';
import { toProtobufJson } from '@omnigate/rpc';
import { type Command, Option } from 'commander';
import type { Server } from '../connection';
import { localTime } from '../output/cells';
import { printable } from '../output/printable';
import { printLine, type Terminal, tell } from '../terminal';
import { examples, onServer } from './global-options';
import { wholeNumber } from './number-option';

interface TailOptions {
  topic?: string[];
  count?: number;
  output: 'table' | 'json';
}

const reconnectAfterMs = 1_000;

/** `omnigate.conversation.changed.v1` shows as `conversation.changed`. */
const shortTopic = (topic: string): string => topic.replace(/^omnigate\./, '').replace(/\.v1$/, '');

function lineOf(event: TailResponse, { output }: TailOptions): string {
  if (output === 'json') return JSON.stringify(toProtobufJson('omnigate.operations.v1.TailResponse', event));
  const topic = shortTopic(event.topic).padEnd(28);
  return printable(`${localTime(event.readTime)}  ${topic}  ${event.summary}`);
}

async function tail(options: TailOptions, server: Server, terminal: Terminal): Promise<void> {
  const signal = terminal.untilInterrupted();
  const topics = (options.topic ?? []).map((topic) =>
    /^omnigate\./.test(topic) ? topic : `omnigate.${topic}.v1`,
  );
  let left = options.count ?? Infinity;
  for (let connected = false; !signal.aborted && left > 0; ) {
    try {
      for await (const event of server.client(OperationsServiceService).tail({ topics }, { signal })) {
        connected = true;
        printLine(terminal, lineOf(event, options));
        left -= 1;
        if (left <= 0) return;
      }
    } catch (error) {
      if (signal.aborted) return;
      if (!connected || !isAppError(error, 'UNAVAILABLE')) throw error;
    }
    if (signal.aborted) return;
    tell(terminal, 'The connection is lost; trying again. Events of the meantime are not shown.');
    await pause(reconnectAfterMs, undefined, { signal }).catch(() => undefined);
  }
}

/**
 * Adds `omnigate tail`.
 *
 * @param program where to.
 * @param terminal where it is called.
 */
export function addTail(program: Command, terminal: Terminal): void {
  program
    .command('tail')
    .summary('watch what happens')
    .description(
      'Shows events of the tenant as they happen, without texts and addresses of customers, until Ctrl-C.',
    )
    .option('--topic <topic...>', 'only these topics, such as conversation.changed')
    .option('--count <n>', 'end after so many events', wholeNumber)
    .addOption(
      new Option('-o, --output <format>', 'json: an object a line')
        .choices(['table', 'json'])
        .default('table'),
    )
    .addHelpText(
      'after',
      examples('omnigate tail', 'omnigate tail --topic message.status --topic channel.log'),
    )
    .action((options: TailOptions, command: Command) =>
      onServer(command, terminal, (server) => tail(options, server, terminal)),
    );
}

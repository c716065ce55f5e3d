import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import {
  ConversationServiceService,
  type Delivery,
  DeliveryServiceService,
  DeliveryState,
} from '@omnigate/contracts';
import { toProtobufJson } from '@omnigate/rpc';
import { type Command, Option } from 'commander';
import { CommandError } from '../command-error';
import type { Server } from '../connection';
import { type Format, formats, type JsonRow, writeRows } from '../output/write-rows';
import { printLine, type Terminal } from '../terminal';
import { examples, onServer } from './global-options';
import { wholeNumber } from './number-option';

interface SendOptions {
  channel: string;
  to: string;
  text: string;
  wait: boolean;
  timeout: number;
  requestId: string;
  output: Format;
}

const lookEveryMs = 200;
const prefix = 'DELIVERY_STATE_';

const arrived: readonly DeliveryState[] = [
  DeliveryState.DELIVERY_STATE_SENT,
  DeliveryState.DELIVERY_STATE_DELIVERED,
  DeliveryState.DELIVERY_STATE_READ,
];
const lost: readonly DeliveryState[] = [
  DeliveryState.DELIVERY_STATE_FAILED,
  DeliveryState.DELIVERY_STATE_UNKNOWN,
];

/** The state in people's words: `sent`. */
const stateName = (delivery: Delivery | undefined): string =>
  (delivery ? (DeliveryState[delivery.state] ?? '') : 'queued').replace(prefix, '').toLowerCase();

async function endOf(server: Server, messageId: string, timeoutSeconds: number): Promise<Delivery> {
  const service = server.client(DeliveryServiceService);
  const until = Date.now() + timeoutSeconds * 1_000;
  for (;;) {
    const [delivery] = (await service.listDeliveries({ messageId, pageSize: 1 })).deliveries;
    if (delivery && [...arrived, ...lost].includes(delivery.state)) return delivery;
    if (Date.now() > until)
      throw new CommandError(
        `the message is still ${stateName(delivery)} after ${timeoutSeconds} s`,
        undefined,
        `It goes on without you: omnigate get delivery ${messageId}`,
      );
    await pause(lookEveryMs);
  }
}

function checkEnd(delivery: Delivery, { channel }: SendOptions): void {
  if (arrived.includes(delivery.state)) return;
  const unknown = delivery.state === DeliveryState.DELIVERY_STATE_UNKNOWN;
  const hint = unknown
    ? 'Whether it arrived is not known, so it is not sent again; a receipt may still settle it.'
    : `Why: omnigate get channel-log --channel ${channel}; docs/errors.md explains the codes.`;
  throw new CommandError(
    `the message is ${stateName(delivery)}: ${delivery.errorCode || 'no code'}`,
    undefined,
    hint,
  );
}

async function send(options: SendOptions, server: Server, terminal: Terminal): Promise<void> {
  const service = server.client(ConversationServiceService, { idempotent: ['sendMessage'] });
  const { message } = await service.sendMessage({
    requestId: options.requestId,
    channel: options.channel,
    address: options.to,
    content: { kind: { $case: 'text', value: { body: options.text } } },
  });
  if (!message) throw new CommandError('the server has not told the message');
  const table = options.output === 'table';
  if (table) printLine(terminal, message.id);
  const write = (name: string, row: unknown): Promise<void> => {
    const rows = [toProtobufJson(name, row) as JsonRow];
    return table
      ? Promise.resolve()
      : writeRows(terminal, options.output, { rows, columns: [], title: 'messages' });
  };
  if (!options.wait) return write('omnigate.conversation.v1.StoredMessage', message);
  const delivery = await endOf(server, message.id, options.timeout);
  if (table) printLine(terminal, stateName(delivery));
  await write('omnigate.delivery.v1.Delivery', delivery);
  checkEnd(delivery, options);
}

/**
 * Adds `omnigate send`.
 *
 * @param program where to.
 * @param terminal where it is called.
 */
export function addSend(program: Command, terminal: Terminal): void {
  program
    .command('send')
    .summary('send a message to a customer')
    .description(
      'Sends a text to an address on a channel. Prints the id of the message when it is queued, and with --wait, on a second ' +
        'line, its end: sent, delivered or read (exit 0), failed or unknown (exit 1).',
    )
    .requiredOption('--channel <name>', 'on which channel')
    .requiredOption('--to <address>', 'to whom: the address as the channel writes it, such as +8613800138000')
    .requiredOption('--text <text>', 'what')
    .option('--wait', 'until it is known what became of it', false)
    .option('--timeout <seconds>', 'wait at most so long', wholeNumber, 60)
    .option('--request-id <uuid>', 'repeating a send with the same id, within 7 days, sends nothing twice')
    .addOption(new Option('-o, --output <format>', 'how').choices(formats).default('table'))
    .addHelpText(
      'after',
      examples('omnigate send --channel shop-sms --to +8613800138000 --text "您的快递到了" --wait'),
    )
    .action((options: SendOptions, command: Command) =>
      onServer(command, terminal, (server) =>
        send({ ...options, requestId: options.requestId ?? randomUUID() }, server, terminal),
      ),
    );
}

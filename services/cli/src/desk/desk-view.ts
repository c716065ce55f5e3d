import {
  type Conversation,
  Direction,
  type HandoffPacket,
  Mood,
  type Offer,
  PartyRole,
  type StoredMessage,
  Urgency,
} from '@omnigate/contracts';
import { toProtobufJson } from '@omnigate/rpc';
import { contentText } from '../output/content-text';
import { printable, printableLine } from '../output/printable';
import { layTable } from '../output/table';
import { titleOf } from './desk-state';
import type { DeskTexts } from './desk-texts';

const indent = '   ';

/** Continues a text of several lines below its beginning. */
const below = (text: string): string => printable(text).replace(/\n/g, `\n${indent}`);

function speaker({ direction, sender }: StoredMessage, { people }: DeskTexts): string {
  const name = sender?.name ? ` ${printableLine(sender.name)}` : '';
  if (direction === Direction.DIRECTION_INTERNAL) return people.note + name;
  if (sender?.role === PartyRole.PARTY_ROLE_BOT) return people.bot;
  if (sender?.role === PartyRole.PARTY_ROLE_AGENT) return people.agent + name;
  if (sender?.role === PartyRole.PARTY_ROLE_SYSTEM) return people.system;
  return people.customer + name;
}

/**
 * A message as the desk shows it.
 *
 * @param number of its conversation.
 * @param message any.
 * @param texts of the desk.
 * @returns such as `#1 customer: hello`; further lines are indented.
 */
export function messageLine(number: number, message: StoredMessage, texts: DeskTexts): string {
  const content = toProtobufJson('omnigate.message.v1.Content', message.content ?? {});
  const files = message.attachments.map(({ fileName, contentType }) => `[${fileName || contentType}]`);
  return below(`#${number} ${speaker(message, texts)}: ${[contentText(content), ...files].join(' ')}`);
}

const short = (name: string | undefined, prefix: string): string =>
  (name ?? '').replace(prefix, '').toLowerCase();

function packetRows(packet: HandoffPacket, { packet: titles }: DeskTexts): [string, string][] {
  const feeling = `${short(Mood[packet.mood], 'MOOD_')}, ${titles.urgency}: ${short(Urgency[packet.urgency], 'URGENCY_')}`;
  const rows: [string, string][] = [
    [titles.wants, packet.wants],
    ...packet.facts.map(({ name, value }): [string, string] => [name, value]),
    [titles.tried, packet.tried.join(', ')],
    [titles.open, packet.openQuestions.join('; ')],
    [titles.mood, feeling],
    [titles.reason, packet.reason],
  ];
  return rows.filter(([, value]) => value !== '');
}

/**
 * An offer as the desk shows it: where, how long, and all that the agent should know.
 *
 * @param number of its conversation.
 * @param offer with its packet.
 * @param conversation for channel and address.
 * @param texts of the desk.
 * @returns lines.
 */
export function offerLines(
  number: number,
  offer: Offer,
  conversation: Conversation | undefined,
  texts: DeskTexts,
): string[] {
  const left = Math.max(0, Math.round(((offer.expireTime?.getTime() ?? 0) - Date.now()) / 1_000));
  const where = conversation ? ` · ${printableLine(titleOf(conversation))}` : '';
  const rows = offer.handoff ? packetRows(offer.handoff, texts) : [];
  return [
    `── ${texts.offered(number, left)}${where} · ${offer.team}`,
    ...rows.map(([title, value]) => `${indent}${printableLine(title)}: ${below(value)}`),
  ];
}

/**
 * Who waits, in order.
 *
 * @param waiting conversations of owner QUEUE.
 * @returns lines of a table.
 */
export function queueLines(waiting: readonly Conversation[]): string[] {
  const rows = [...waiting].sort((a, b) => a.team.localeCompare(b.team) || a.queuePlace - b.queuePlace);
  return layTable(
    [
      { title: 'TEAM', cell: ({ team }: Conversation) => team },
      { title: 'PLACE', cell: ({ queuePlace }) => String(queuePlace) },
      { title: 'WHERE', cell: titleOf },
      { title: 'WANTS', cell: ({ handoff }) => handoff?.wants ?? '' },
    ],
    rows,
  );
}

import {
  type Content,
  Content as ContentCodec,
  Direction,
  type Media,
  PartyRole,
  type ResolvedChannel,
} from '@omnigate/contracts';
import type { Transaction } from '@omnigate/database';
import { eventIdOf } from '@omnigate/runtime';
import type { ConversationRow } from '../domain/conversation';
import { attachmentsOf, filesOf } from '../domain/message-files';
import { type Chosen, chosen, isReport, type OfferedMenu, wantsAnswer } from '../domain/offered-menu';
import { utteranceText } from '../domain/utterance';
import { readMessageSpans } from '../store/messages';
import { findMenus, markAnswered, type OfferedMenuRow } from '../store/offered-menus';
import type { TicketRequest } from '../tickets/requests';
import type { Asking } from '../turns/begin';

/** A conversation from whose address an answer to a ticket's menu may come. */
export interface Offered {
  /** Locked by the transaction. */
  conversation: ConversationRow;
  channel: ResolvedChannel;
  /** What came in this batch; what answers a menu, or reports, is taken out. */
  asking: Asking[];
}

/** A message that was sent before this batch. */
interface Earlier {
  seq: number;
  direction: Direction;
  role: PartyRole;
  content: Content;
  media: Media[];
}

type Menu = OfferedMenuRow & OfferedMenu;

const placeOf = (row: Pick<OfferedMenuRow, 'channelId' | 'address' | 'threadKey'>): string =>
  `${row.channelId} ${row.address} ${row.threadKey}`;

/**
 * Takes what answers a ticket's menu out of what waits for the bot or a person, and what a worker sends before completing.
 * Two statements, and only for addresses to which a menu was offered in the last days.
 *
 * @param tx the transaction that holds the conversations.
 * @param items conversations with what came for them, in order.
 * @returns what is to be told to the ticket service.
 */
export async function takeAnswers(tx: Transaction, items: readonly Offered[]): Promise<TicketRequest[]> {
  const asking = items.filter((item) => item.asking.length > 0);
  if (asking.length === 0) return [];
  const menus = await findMenus(
    tx,
    asking.map(({ conversation }) => conversation),
  );
  if (menus.length === 0) return [];
  const byPlace = Map.groupBy(menus, placeOf);
  const offered = asking.flatMap((item) => {
    const own = byPlace.get(placeOf(item.conversation));
    return own ? [{ item, menus: own }] : [];
  });
  const earlier = await earlierMessages(tx, offered);
  const requests = offered.flatMap(({ item, menus: own }) =>
    answersOf(item, own, earlier.get(item.conversation.id) ?? []),
  );
  await markAnswered(
    tx,
    offered.flatMap(({ menus: own }) => own.filter((menu) => menu.answered)),
  );
  return requests;
}

/** A menu told in another conversation comes before all that is said in this one. */
const sinceSeq = (menu: OfferedMenuRow, { id }: ConversationRow): number =>
  menu.conversationId === id ? menu.seq : 0;

/** What was said in each conversation since the oldest menu that waits for an answer. */
async function earlierMessages(
  tx: Transaction,
  offered: readonly { item: Offered; menus: readonly OfferedMenuRow[] }[],
): Promise<Map<string, Earlier[]>> {
  const spans = offered.map(({ item: { conversation, asking }, menus }) => {
    const since = menus.filter((menu) => !menu.answered).map((menu) => sinceSeq(menu, conversation));
    return {
      tenantId: conversation.tenantId,
      conversationId: conversation.id,
      fromSeq: Math.min(...since, conversation.messageSeq) + 1,
      coversSeq: (asking[0]?.seq ?? 1) - 1,
    };
  });
  const rows = await readMessageSpans(tx, spans);
  const messages = rows.map((row) => {
    const { seq, direction, role } = row;
    const content = ContentCodec.decode(row.content);
    return {
      conversationId: row.conversationId,
      seq,
      direction,
      role,
      content,
      media: filesOf(content, attachmentsOf(row)),
    };
  });
  return Map.groupBy(messages, (message) => message.conversationId);
}

/** Notices answer nobody: they stand beside what the bot and people say. */
const isSpoken = ({ direction, role }: Earlier): boolean =>
  direction === Direction.DIRECTION_OUTBOUND && role !== PartyRole.PARTY_ROLE_SYSTEM;

function answersOf(item: Offered, rows: OfferedMenuRow[], earlier: Earlier[]): TicketRequest[] {
  const { conversation, channel } = item;
  const requests: TicketRequest[] = [];
  const rest: Asking[] = [];
  for (const asking of item.asking) {
    const { message, seq } = asking;
    const menus = rows.map((row) => withAsked(row, conversation, earlier));
    const text = utteranceText(message.content);
    const found = chosen(message.content, text, menus);
    const media = filesOf(message.content, message.attachments);
    const own = { seq, direction: Direction.DIRECTION_INBOUND, role: PartyRole.PARTY_ROLE_CUSTOMER, media };
    const said = { ...own, content: message.content ?? { kind: undefined } };
    if (found) {
      requests.push(answerOf({ conversation, channel, asking, found, earlier, media }));
      for (const row of rows) if (row.id === found.menu.id) row.answered = true;
    } else if (!isReport(text, menus)) rest.push(asking);
    earlier.push(said);
  }
  item.asking = rest;
  return requests;
}

/** An agent's words always want an answer; of the bot's the last, since a new question takes the place of an old one. */
function withAsked(row: OfferedMenuRow, conversation: ConversationRow, earlier: readonly Earlier[]): Menu {
  const since = sinceSeq(row, conversation);
  const spoken = earlier.filter((message) => message.seq > since && isSpoken(message));
  const last = spoken.at(-1);
  const asked = last !== undefined && wantsAnswer(last.content, utteranceText(last.content));
  return { ...row, askedSince: asked || spoken.some(({ role }) => role === PartyRole.PARTY_ROLE_AGENT) };
}

function answerOf(o: {
  conversation: ConversationRow;
  channel: ResolvedChannel;
  asking: Asking;
  found: Chosen<Menu>;
  earlier: readonly Earlier[];
  media: Media[];
}): TicketRequest {
  const { conversation, channel, found, asking } = o;
  const since = sinceSeq(found.menu, conversation);
  const sent = o.earlier.filter(
    (message) => message.seq > since && message.direction === Direction.DIRECTION_INBOUND,
  );
  // What the bot or a person has answered meanwhile belongs to that, but for what a worker's pictures show.
  const spoken = o.earlier.findLast(isSpoken)?.seq ?? 0;
  const own = sent.filter((message) => message.seq > spoken);
  const text = [...own.map((message) => utteranceText(message.content)), found.comment]
    .filter((line) => line.trim() !== '')
    .join('\n');
  const { ticketId, verb } = found.choice;
  const shown = verb === 'complete' ? sent : own;
  const media = [...shown.flatMap((message) => message.media), ...o.media];
  const value = { ticketId, choice: verb, text, media };
  return {
    requestId: eventIdOf(conversation.channelId, `answer ${asking.message.eventId}`, 0),
    conversation,
    channel,
    request: { $case: 'answer', value },
    traceparent: asking.traceparent,
  };
}

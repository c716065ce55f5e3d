import type { OutgoingRecord } from '@omnigate/bus';
import {
  Direction,
  Message,
  MessageReceived,
  messageKey,
  PartyRole,
  type ResolvedChannel,
  topics,
} from '@omnigate/contracts';
import { AppError } from '@omnigate/errors';
import { beginSpan, eventIdOf, failSpan, type Signals, SpanKind, traceparentOf } from '@omnigate/runtime';
import type { State } from '@omnigate/state';
import { contentOf, nameOfSaid, type Said, wireContentOfSaid } from './domain/said';
import { isFile, resolvedContent } from './domain/wire-content';
import type { Mailboxes } from './mailboxes';
import type { Visit } from './visits';

/** A message as a page sent it. */
export interface SaidMessage {
  /** The page's own id of it. */
  cid: string;
  said: Said;
  /** When it arrived. */
  receivedTime: Date;
}

/** Where a visitor's message came to stand. */
export interface Stored {
  cid: string;
  id: string;
  seq: number;
  time: Date;
}

/** Takes visitors' messages. */
export interface Inbound {
  /**
   * Looks for the file that a visitor sent by this cid.
   * @throws AppError REQUEST_ID_REUSED for the cid of another message; DATABASE_UNAVAILABLE
   */
  findFile(visit: Visit, cid: string): Promise<Stored | undefined>;
  /**
   * Takes a token of the visitor's rate.
   * @throws AppError RATE_LIMITED with `retryAfterMs`
   */
  admit(visit: Visit): Promise<void>;
  /**
   * Stores a message and publishes it, once for each (visitor, cid); durable when it resolves.
   * @throws AppError REQUEST_ID_REUSED for a cid that had another content; NOT_FOUND for a rating of what has not ended,
   *   ALREADY_EXISTS for another one of what is rated; OVERLOADED, DATABASE_UNAVAILABLE
   */
  accept(channel: ResolvedChannel, visit: Visit, message: SaidMessage): Promise<Stored>;
}

/** Messages of one visitor. */
export const messageRate = { ratePerSecond: 5, burst: 30 };

function recordOf(
  channel: ResolvedChannel,
  visit: Visit,
  message: SaidMessage & { id: string },
  traceparent: string | undefined,
): OutgoingRecord {
  const { receivedTime } = message;
  const value = MessageReceived.encode(
    MessageReceived.fromPartial({
      message: Message.fromPartial({
        eventId: message.id,
        tenantId: channel.tenantId,
        channel: { type: channel.type, id: channel.id },
        direction: Direction.DIRECTION_INBOUND,
        sender: { address: visit.address, name: visit.name, role: PartyRole.PARTY_ROLE_CUSTOMER },
        content: contentOf(message.said),
        replyTo: 'score' in message.said ? message.said.of : '',
        providerMessageId: message.cid,
        occurredTime: receivedTime,
        receivedTime,
      }),
    }),
  ).finish();
  return {
    ...(traceparent ? { headers: { traceparent } } : {}),
    topic: topics.messageReceived,
    key: messageKey(channel.id, visit.address, ''),
    value,
    eventId: message.id,
    type: 'omnigate.message.v1.MessageReceived',
    tenantId: channel.tenantId,
  };
}

/** Makes the way in. */
export function createInbound(o: { mailboxes: Mailboxes; state: State; signals: Signals }): Inbound {
  /** Only the visitor's own conversation is rated, and only once it has ended. */
  async function checkEnded(visit: Visit, id: string): Promise<void> {
    const end = await o.mailboxes.find({ ...visit, id });
    if (end?.content !== resolvedContent) throw new AppError('NOT_FOUND', { resource: 'ended conversation' });
  }

  return {
    async findFile(visit, cid) {
      const found = await o.mailboxes.find({ ...visit, id: idOf(visit, cid) });
      if (found && !isFile(found.content)) throw new AppError('REQUEST_ID_REUSED');
      return found && { cid, id: found.id, seq: found.seq, time: found.time };
    },
    async admit(visit) {
      const { taken, retryAfterMs } = await o.state.takeTokens(
        `chat:${visit.channelId}|${visit.address}`,
        messageRate,
      );
      if (!taken) throw new AppError('RATE_LIMITED', {}, { retryAfterMs });
    },
    async accept(channel, visit, message) {
      const { cid, said } = message;
      if ('score' in said) await checkEnded(visit, said.of);
      const startedMs = performance.now();
      const span = beginSpan('receive web', SpanKind.SERVER)?.setAttributes({
        'omnigate.channel_id': channel.id,
        'omnigate.tenant_id': channel.tenantId,
      });
      o.signals.received();
      o.signals.lag((Date.now() - message.receivedTime.getTime()) / 1_000);
      const id = idOf(visit, nameOfSaid(cid, said));
      const content = JSON.stringify(wireContentOfSaid(said));
      const { tenantId, channelId, address, name } = visit;
      const event = { tenantId, channelId, address, id, cid, role: 'customer' as const, name, content };
      const place = await o.mailboxes
        .append({ event, record: recordOf(channel, visit, { ...message, id }, traceparentOf(span)) })
        .catch((error: unknown) => {
          o.signals.failed('publish');
          failSpan(span, error);
          throw error;
        });
      span?.end();
      if (!place.same) throw alreadySaid(said);
      o.signals.done();
      o.signals.duration((performance.now() - startedMs) / 1_000);
      return { cid, id, seq: place.seq, time: place.time };
    },
  };
}

/** A name is unique in its visitor only; the event id must be so in the channel. */
const idOf = (visit: Visit, name: string): string =>
  eventIdOf(visit.channelId, `${visit.address}|${name}`, 0);

const alreadySaid = (said: Said): AppError =>
  'score' in said
    ? new AppError('ALREADY_EXISTS', { resource: 'rating' })
    : new AppError('REQUEST_ID_REUSED');

import {
  ConversationOwner,
  type HandoffPacket,
  HandoffPacket as HandoffPacketCodec,
  PartyRole,
  type ResolvedChannel,
} from '@omnigate/contracts';
import type { ConversationRow } from '../domain/conversation';
import { queuePriority } from '../domain/handoff';
import { isOpen } from '../domain/hours';
import { noticeLanguage } from '../domain/language';
import { queueNotice } from '../domain/notices';
import { type Changes, changeOwner, sendMessage } from '../store/changes';
import { countWaiting, insertQueueEntries, type QueueEntry } from '../store/queue';
import type { Tenants } from '../tenants';

/** A conversation that is to wait for a person. */
export interface Enqueueing {
  conversation: ConversationRow;
  channel: ResolvedChannel;
  packet: HandoffPacket;
  /** What the bot says before the place, in `language`; empty for the standard sentence. */
  opening: string;
  /** Language of the notice; empty lets the packet's text and the tenant's locale decide. */
  language: string;
  /** W3C trace context of what asks for a person. */
  traceparent?: string | undefined;
}

const teamKey = (entry: Pick<QueueEntry, 'tenantId' | 'team'>): string => `${entry.tenantId} ${entry.team}`;
const queueKey = (entry: Pick<QueueEntry, 'tenantId' | 'team' | 'priority'>): string =>
  `${teamKey(entry)} ${entry.priority}`;

/** The order in which entries of the same moment wait. */
const byPlace = (a: QueueEntry, b: QueueEntry): number =>
  a.priority - b.priority || (a.conversationId < b.conversationId ? -1 : 1);

/** The places of new entries by conversation: behind whom the queue has, and whom of the new ones it puts before them. */
async function placesFor(changes: Changes, entries: readonly QueueEntry[]): Promise<Map<string, number>> {
  const queues = new Map(entries.map((entry) => [queueKey(entry), entry]));
  const counts = await countWaiting(changes.tx, [...queues.values()]);
  const waiting = new Map([...queues.keys()].map((key, index) => [key, counts[index] ?? 0]));
  const ahead = new Map<string, number>();
  const places = new Map<string, number>();
  for (const entry of entries.toSorted(byPlace)) {
    const more = (ahead.get(teamKey(entry)) ?? 0) + 1;
    ahead.set(teamKey(entry), more);
    places.set(entry.conversationId, (waiting.get(queueKey(entry)) ?? 0) + more);
  }
  return places;
}

async function tell(changes: Changes, item: Enqueueing, place: number, tenants: Tenants): Promise<void> {
  const { conversation } = item;
  if (conversation.optedOut) return;
  const tenant = await tenants.get(conversation.tenantId);
  const hours = tenant.teams.find((team) => team.name === conversation.team)?.hours ?? [];
  const known = item.language === 'zh' || item.language === 'en' ? item.language : undefined;
  const body = queueNotice({
    language: known ?? noticeLanguage(item.packet.wants, tenant.locale),
    opening: item.opening,
    place,
    open: isOpen(hours, changes.now, tenant.timeZone),
    hours,
    at: changes.now,
    timeZone: tenant.timeZone,
  });
  sendMessage(changes, conversation, item.channel, {
    role: PartyRole.PARTY_ROLE_SYSTEM,
    content: { kind: { $case: 'text', value: { body } } },
    traceparent: item.traceparent,
  });
}

/**
 * Puts conversations into their teams' queues and tells each customer, in one message, that a person will answer and
 * the place; outside the team's hours, when people are there.
 *
 * @param changes where to collect; the conversations are locked by its transaction.
 * @param items the conversations, each once.
 * @param tenants time zones, locales and teams.
 */
export async function enqueue(
  changes: Changes,
  items: readonly Enqueueing[],
  tenants: Tenants,
): Promise<void> {
  if (items.length === 0) return;
  const entries = items.map(({ conversation, packet }) => ({
    tenantId: conversation.tenantId,
    conversationId: conversation.id,
    team: conversation.team,
    priority: queuePriority(packet),
    queuedAt: changes.now,
  }));
  const places = await placesFor(changes, entries);
  await insertQueueEntries(changes.tx, entries);
  await changes.replies.hold(items.map(({ conversation, channel }) => ({ address: conversation, channel })));
  for (const item of items) {
    item.conversation.queuedAt = changes.now;
    changeOwner(changes, item.conversation, item.channel, {
      owner: ConversationOwner.CONVERSATION_OWNER_QUEUE,
      reason: item.packet.reason,
      packet: HandoffPacketCodec.fromPartial(item.packet),
    });
    await tell(changes, item, places.get(item.conversation.id) ?? 1, tenants);
  }
}

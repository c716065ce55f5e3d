import type { BusRecord, Outcome } from '@omnigate/bus';
import { DeliveryState, MessageStatus, type ResolvedChannel } from '@omnigate/contracts';
import type { Transaction } from '@omnigate/database';
import type { RoutingContext } from '../context';
import { rises } from '../domain/delivery-state';
import { replyRulesOf } from '../domain/reply-window';
import { addChange, beginChanges, writeChanges } from '../store/changes';
import { type ConsentChange, recordConsents } from '../store/consents';
import { lockConversations } from '../store/conversations';
import { type DeliveryReport, raiseDeliveries } from '../store/deliveries';
import { endReservations, lockWindows, type ReservationEnd } from '../store/reply-windows';
import { type Stranded, sendAgain } from './send-again';

/**
 * Notes what adapter services report of messages that were sent; shown states only rise.
 *
 * @param context what routing works with.
 * @returns a handler for records of omnigate.message.status.v1.
 */
export function createMessageStatus(context: Pick<RoutingContext, 'directory' | 'clock' | 'bus'>) {
  return async (tx: Transaction, records: BusRecord[]): Promise<Outcome[]> => {
    const outcomes: Outcome[] = records.map(() => ({ kind: 'ok' }));
    const statuses: MessageStatus[] = [];
    for (const [index, record] of records.entries()) {
      const status = MessageStatus.decode(record.value);
      if (status.tenantId === record.tenantId && status.conversationId !== '') statuses.push(status);
      else outcomes[index] = { kind: 'deadLetter', code: 'INVALID_ARGUMENT' };
    }
    await note(context, tx, statuses);
    return outcomes;
  };
}

async function note(
  context: Pick<RoutingContext, 'directory' | 'clock' | 'bus'>,
  tx: Transaction,
  statuses: MessageStatus[],
): Promise<void> {
  if (statuses.length === 0) return;
  const reports = highest(statuses);
  const told = statuses.filter((status) => isTold(reports.get(status.messageId)));
  const byConversation = new Map(told.map((status) => [status.conversationId, status]));
  const locked = await lockConversations(tx, [...byConversation.values()]);
  const conversations = new Map(locked.map((row) => [row.id, row]));
  const channels = await channelsOf(context, statuses);
  const ruled = statuses.filter((status) => replyRulesOf(channels.get(channelIdOf(status))).length > 0);
  await lockWindows(
    tx,
    ruled.map((status) => ({ ...status, channelId: channelIdOf(status) })),
  );
  const risen = await raiseDeliveries(tx, [...reports.values()]);
  // Of a status that comes again nothing is believed twice: the customer may have said another word since.
  await recordConsents(tx, optOuts(statuses.filter((status) => risen.has(status.messageId))));
  await endReservations(tx, endsOf(ruled, reports, risen));
  const changes = beginChanges(tx, context.clock());
  const stranded: Stranded[] = [];
  for (const status of told) {
    const report = reports.get(status.messageId);
    const conversation = conversations.get(status.conversationId);
    if (!conversation || !report || !risen.delete(status.messageId)) continue;
    const { messageId, state, errorCode } = report;
    const channel = channels.get(conversation.channelId);
    addChange(changes, conversation, channel, {
      $case: 'messageStateChanged',
      value: { messageId, state, errorCode },
    });
    if (channel && isWindowClosed(status)) stranded.push({ conversation, channel, messageId });
  }
  await sendAgain(changes, stranded);
  await writeChanges(changes, context.bus);
}

const channelIdOf = (status: MessageStatus): string => status.channel?.id ?? '';

async function channelsOf(
  { directory }: Pick<RoutingContext, 'directory'>,
  statuses: readonly MessageStatus[],
): Promise<Map<string, ResolvedChannel | undefined>> {
  const ids = [...new Set(statuses.map(channelIdOf))];
  return new Map(await Promise.all(ids.map(async (id) => [id, await directory.channel(id)] as const)));
}

const isWindowClosed = (status: MessageStatus): boolean =>
  status.state === DeliveryState.DELIVERY_STATE_FAILED && status.failureClass === 'window-closed';

const spentStates: readonly DeliveryState[] = [
  DeliveryState.DELIVERY_STATE_UNKNOWN,
  DeliveryState.DELIVERY_STATE_SENT,
  DeliveryState.DELIVERY_STATE_DELIVERED,
  DeliveryState.DELIVERY_STATE_READ,
];

/** What the statuses mean for the ledger of replies. A message that only waited too long says nothing of the window. */
function endsOf(
  statuses: readonly MessageStatus[],
  reports: ReadonlyMap<string, DeliveryReport>,
  risen: ReadonlySet<string>,
): ReservationEnd[] {
  const closed = new Set(
    statuses
      .filter((status) => isWindowClosed(status) && status.errorCode !== 'NOT_AFTER_PASSED')
      .map((status) => status.messageId),
  );
  const messages = new Map(statuses.map((status) => [status.messageId, status.tenantId]));
  return [...messages].flatMap(([messageId, tenantId]): ReservationEnd[] => {
    const state = reports.get(messageId)?.state;
    if (state === undefined || !risen.has(messageId)) return [];
    if (spentStates.includes(state)) return [{ tenantId, messageId, state: 'spent', windowClosed: false }];
    if (state !== DeliveryState.DELIVERY_STATE_FAILED) return [];
    return [{ tenantId, messageId, state: 'released', windowClosed: closed.has(messageId) }];
  });
}

/** That a message was sent is what everybody expects: it is kept with the delivery, but is no event. */
function isTold(report: DeliveryReport | undefined): boolean {
  return report !== undefined && report.state !== DeliveryState.DELIVERY_STATE_SENT;
}

/** The last state of each message that its statuses reach, in the order in which they came. */
function highest(statuses: MessageStatus[]): Map<string, DeliveryReport> {
  const reports = new Map<string, DeliveryReport>();
  for (const status of statuses) {
    const before = reports.get(status.messageId);
    if (before && !rises(before.state, status.state)) continue;
    const { tenantId, messageId, state, attempts, errorCode } = status;
    const providerMessageId = status.providerMessageId || before?.providerMessageId || '';
    reports.set(messageId, { tenantId, messageId, state, attempts, errorCode, providerMessageId });
  }
  return reports;
}

function optOuts(statuses: MessageStatus[]): ConsentChange[] {
  return statuses
    .filter((status) => status.optedOut && status.state === DeliveryState.DELIVERY_STATE_FAILED)
    .map((status) => ({
      tenantId: status.tenantId,
      channelId: status.channel?.id ?? '',
      address: status.address,
      optedOut: true,
      source: 'provider',
      messageId: status.messageId,
    }));
}

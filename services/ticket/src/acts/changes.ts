import type { Bus, OutgoingRecord } from '@omnigate/bus';
import { type Notice, TicketChanged, TicketEvent, type TicketEventKind, topics } from '@omnigate/contracts';
import type { Transaction } from '@omnigate/database';
import { newId } from '@omnigate/runtime';
import { nextDeadline, type Ticket } from '../domain/ticket';
import { writeDeadline } from '../store/deadlines';
import { type EventRow, insertEvents } from '../store/events';
import { updateTicket } from '../store/tickets';
import { viewTicket } from '../ticket-view';

/** What a transaction changes of one ticket, in order. */
export interface Changes {
  events: EventRow[];
  records: OutgoingRecord[];
}

/** What happened. */
export interface Happening {
  kind: TicketEventKind;
  actor: string;
  note?: string;
  /** The database's time. */
  now: Date;
  /** Who is to be told; nobody where there is none. */
  notices?: readonly (Notice | undefined)[];
}

/** Begins with no change. */
export const beginChanges = (): Changes => ({ events: [], records: [] });

/**
 * Notes that something happened to a ticket, which is already as it is after it.
 *
 * @param changes what the transaction changes
 * @param ticket the ticket; its sequence rises
 * @param happening what happened
 */
export function addChange(changes: Changes, ticket: Ticket, happening: Happening): void {
  const { kind, actor, note = '', now, notices = [] } = happening;
  ticket.seq += 1n;
  ticket.updatedAt = now;
  const event = TicketEvent.fromPartial({ seq: ticket.seq, kind, actor, note, createTime: now });
  changes.events.push({ tenantId: ticket.tenantId, ticketId: ticket.id, event });
  changes.records.push(
    recordOf(ticket.id, {
      ticketId: ticket.id,
      tenantId: ticket.tenantId,
      event,
      ticket: viewTicket(ticket),
      notices: existing(notices),
    }),
  );
}

const existing = (notices: readonly (Notice | undefined)[]): Notice[] =>
  notices.filter((notice) => notice !== undefined);

const recordOf = (key: string, changed: TicketChanged): OutgoingRecord => ({
  topic: topics.ticketChanged,
  key,
  value: TicketChanged.encode(changed).finish(),
  eventId: newId(),
  type: 'omnigate.ticket.v1.TicketChanged',
  tenantId: changed.tenantId,
});

/**
 * Has somebody told something although nothing changes.
 *
 * @param tx the transaction
 * @param bus where it goes
 * @param told about which ticket, if any; the notice
 */
export function tellOnly(
  tx: Transaction,
  bus: Bus,
  { tenantId, ticket, notice }: { tenantId: string; ticket?: Ticket; notice: Notice | undefined },
): void {
  if (!notice) return;
  const changed = TicketChanged.fromPartial({
    ticketId: ticket?.id ?? '',
    tenantId,
    ...(ticket && { ticket: viewTicket(ticket) }),
    notices: [notice],
  });
  bus.publish(tx, [recordOf(ticket?.id ?? notice.noticeId, changed)]);
}

/**
 * Writes a ticket with what happened to it, and publishes that.
 *
 * @param tx the transaction that holds the ticket
 * @param bus where it is published
 * @param changed the ticket after it, and its changes
 */
export async function writeChanges(
  tx: Transaction,
  bus: Bus,
  { ticket, changes }: { ticket: Ticket; changes: Changes },
): Promise<void> {
  if (changes.events.length === 0) return;
  await Promise.all([
    updateTicket(tx, ticket),
    insertEvents(tx, changes.events),
    writeDeadline(tx, ticket, nextDeadline(ticket)),
  ]);
  bus.publish(tx, changes.records);
}

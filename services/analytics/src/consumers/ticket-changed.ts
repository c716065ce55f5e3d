import type { BusRecord, Outcome } from '@omnigate/bus';
import { TicketChanged } from '@omnigate/contracts';
import type { Transaction } from '@omnigate/database';
import { newTicketFact, type TicketFact, takeTicketChange, ticketFigures } from '../domain/ticket-fact';
import { addFigures } from '../store/figures';
import { insertTicketFacts, lockTicketFacts, saveTicketFacts } from '../store/ticket-facts';
import { type FactKind, readChanges, takeChanges } from './take-changes';

/** How tickets are counted. */
export const ticketKind: FactKind<TicketChanged, TicketFact> = {
  decode: (value) => TicketChanged.decode(value),
  keyOf: ({ tenantId, ticketId: id }) => ({ tenantId, id }),
  timeOf: ({ event }) => event?.createTime,
  create: newTicketFact,
  take: takeTicketChange,
  figuresOf: ticketFigures,
  lock: lockTicketFacts,
  insert: insertTicketFacts,
  save: saveTicketFacts,
};

/**
 * Counts what happened to tickets.
 *
 * @param tx the batch's transaction.
 * @param records of omnigate.ticket.changed.v1.
 * @returns an outcome for each.
 */
export async function ticketChanged(tx: Transaction, records: BusRecord[]): Promise<Outcome[]> {
  const { changes, outcomes } = readChanges(ticketKind, records);
  if (changes.length === 0) return outcomes;
  const { figures } = await takeChanges(tx, ticketKind, changes);
  await addFigures(tx, figures);
  return outcomes;
}

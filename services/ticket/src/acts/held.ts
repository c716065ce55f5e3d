import type { Transaction } from '@omnigate/database';
import { AppError } from '@omnigate/errors';
import type { TicketTypeSpec } from '@omnigate/ticket-form';
import type { Book } from '../catalogue';
import type { TicketContext } from '../context';
import { departedType } from '../domain/departed-type';
import type { Ticket } from '../domain/ticket';
import { type LockedTicket, lockTicket, type TicketKey } from '../store/tickets';
import { beginChanges, type Changes, writeChanges } from './changes';

/** A ticket that a transaction holds, with all that acts on it need. */
export interface Held {
  context: TicketContext;
  tx: Transaction;
  ticket: Ticket;
  spec: TicketTypeSpec;
  book: Book;
  changes: Changes;
  /** The database's time. */
  now: Date;
  /** Who acts, as the history names them. */
  actor: string;
}

/** In whose transaction, by whom and with which types and workers. */
export interface Acting {
  context: TicketContext;
  tx: Transaction;
  book: Book;
  actor: string;
}

/**
 * Takes a locked ticket in hand.
 *
 * @param acting who acts
 * @param locked the ticket
 * @returns what acts work on
 */
export function held(acting: Acting, { ticket, now }: LockedTicket): Held {
  const spec = acting.book.types.get(ticket.type)?.spec ?? departedType(ticket.type);
  return { ...acting, ticket, spec, changes: beginChanges(), now };
}

/**
 * Writes what an act changed.
 *
 * @param done the ticket after it
 */
export const finish = ({ tx, context, ticket, changes }: Held): Promise<void> =>
  writeChanges(tx, context.bus, { ticket, changes });

/**
 * Locks a ticket, acts on it and writes what changed.
 *
 * @param acting who acts
 * @param of tenant and ticket
 * @param act what is done; it throws before it changes anything
 * @returns the ticket after it
 * @throws AppError NOT_FOUND, or what the act threw
 */
export async function onTicket(
  acting: Acting,
  of: { tenantId: string; key: TicketKey },
  act: (held: Held) => void | Promise<void>,
): Promise<Ticket> {
  const locked = await lockTicket(acting.tx, of.tenantId, of.key);
  if (!locked) throw new AppError('NOT_FOUND', { resource: 'ticket' });
  const inHand = held(acting, locked);
  await act(inHand);
  await finish(inHand);
  return inHand.ticket;
}

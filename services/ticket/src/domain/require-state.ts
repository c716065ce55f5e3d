import { TicketState } from '@omnigate/contracts';
import { AppError } from '@omnigate/errors';
import type { Ticket } from './ticket';

/**
 * Says a state in the short form.
 *
 * @param state the state
 * @returns such as `ACCEPTED`
 */
export const stateName = (state: TicketState): string =>
  (TicketState[state] ?? '').replace('TICKET_STATE_', '');

/**
 * Checks that a ticket is where something may happen to it.
 *
 * @param ticket the ticket, locked
 * @param states where it may
 * @throws AppError TICKET_STATE
 */
export function requireState(ticket: Ticket, states: readonly TicketState[]): void {
  if (states.includes(ticket.state)) return;
  const reason = `it is ${stateName(ticket.state)}, not ${states.map(stateName).join(' or ')}`;
  throw new AppError('TICKET_STATE', { reason, state: stateName(ticket.state) });
}

/**
 * Checks that a ticket is the worker's.
 *
 * @param ticket the ticket, locked
 * @param worker the worker's name; empty for whoever has it
 * @throws AppError TICKET_NOT_YOURS
 */
export function requireWorker(ticket: Ticket, worker: string): void {
  if (worker === '' || worker === ticket.worker) return;
  throw new AppError('TICKET_NOT_YOURS');
}

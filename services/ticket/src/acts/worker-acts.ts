import { type Media, TicketEventKind, TicketState } from '@omnigate/contracts';
import { requireState, requireWorker } from '../domain/require-state';
import { hourMs } from '../domain/ticket';
import { workerName } from '../domain/worker';
import { addChange } from './changes';
import { askRating } from './customer-acts';
import { dispatch } from './dispatch';
import type { Held } from './held';
import { tellCustomer, tellWorker } from './tell';

const { TICKET_STATE_ASSIGNED, TICKET_STATE_ACCEPTED, TICKET_STATE_COMPLETED } = TicketState;

/**
 * The worker takes a ticket.
 *
 * @param held the ticket
 * @param name the worker's; empty for whoever is asked
 * @throws AppError TICKET_STATE, TICKET_NOT_YOURS
 */
export async function accept(held: Held, name: string): Promise<void> {
  const { ticket, book, changes, actor, now } = held;
  requireWorker(ticket, name);
  requireState(ticket, [TICKET_STATE_ASSIGNED]);
  ticket.state = TICKET_STATE_ACCEPTED;
  const worker = book.workers.get(ticket.worker);
  const who = workerName(worker, ticket.worker, ticket.language);
  const notices = [
    tellCustomer(held, { text: 'accepted', values: { who } }),
    await tellWorker(held, worker, { text: 'workerAccepted', choices: ['complete'] }),
  ];
  addChange(changes, ticket, { kind: TicketEventKind.TICKET_EVENT_KIND_ACCEPTED, actor, now, notices });
}

/**
 * The worker says no, before or after having taken it; the next one is asked.
 *
 * @param held the ticket
 * @param by.worker the worker's name; empty for whoever has it
 * @param by.reason why
 * @throws AppError TICKET_STATE, TICKET_NOT_YOURS
 */
export async function refuse(held: Held, by: { worker: string; reason: string }): Promise<void> {
  const { ticket, book, changes, actor, now } = held;
  requireWorker(ticket, by.worker);
  requireState(ticket, [TICKET_STATE_ASSIGNED, TICKET_STATE_ACCEPTED]);
  const told = await tellWorker(held, book.workers.get(ticket.worker), { text: 'workerRefused' });
  ticket.refusedBy = [...new Set([...ticket.refusedBy, ticket.worker])];
  ticket.state = TicketState.TICKET_STATE_OPEN;
  ticket.worker = '';
  const kind = TicketEventKind.TICKET_EVENT_KIND_REFUSED;
  addChange(changes, ticket, { kind, actor, note: by.reason, now, notices: [told] });
  await dispatch(held);
}

/**
 * The worker says that it is done.
 *
 * @param held the ticket
 * @param work.worker the worker's name; empty for whoever has it
 * @param work.result what was done
 * @param work.media pictures of it
 * @throws AppError TICKET_STATE, TICKET_NOT_YOURS
 */
export async function complete(
  held: Held,
  work: { worker: string; result: string; media: readonly Media[] },
): Promise<void> {
  const { ticket, spec, book, changes, actor, now } = held;
  requireWorker(ticket, work.worker);
  requireState(ticket, [TICKET_STATE_ACCEPTED]);
  ticket.state = TICKET_STATE_COMPLETED;
  ticket.result = work.result;
  ticket.resultMedia = [...work.media];
  ticket.closeAt = new Date(now.getTime() + spec.auto_close_hours * hourMs);
  const notices = [
    askRating(held),
    await tellWorker(held, book.workers.get(ticket.worker), { text: 'workerCompleted' }),
  ];
  const kind = TicketEventKind.TICKET_EVENT_KIND_COMPLETED;
  addChange(changes, ticket, { kind, actor, note: work.result, now, notices });
}

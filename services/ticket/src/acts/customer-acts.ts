import { type Notice, TicketEventKind, TicketState } from '@omnigate/contracts';
import { AppError } from '@omnigate/errors';
import { textIn } from '@omnigate/ticket-form';
import { ratingChoices } from '../domain/choice';
import { noticeTexts } from '../domain/notice-texts';
import { requireState } from '../domain/require-state';
import { hourMs, unfinishedStates } from '../domain/ticket';
import { addChange } from './changes';
import { ask, dispatch } from './dispatch';
import type { Held } from './held';
import { tellCustomer, tellWorker } from './tell';

const { TICKET_STATE_COMPLETED, TICKET_STATE_CLOSED } = TicketState;

/**
 * Asks the customer whether it is solved, with a rating in the same menu: one message and one answer.
 *
 * @param held the ticket, completed
 * @returns undefined where nobody is to be told
 */
export function askRating(held: Held): Notice | undefined {
  const { ticket, spec } = held;
  const confirm = textIn(spec.confirm ?? noticeTexts.confirm, ticket.language);
  return tellCustomer(held, {
    text: 'completed',
    values: { result: ticket.result, confirm },
    choices: [...ratingChoices, 'reopen'],
    attachments: ticket.resultMedia,
  });
}

function close(held: Held, notices: (Notice | undefined)[] = []): void {
  const { ticket, changes, actor, now } = held;
  ticket.state = TICKET_STATE_CLOSED;
  ticket.closeAt = null;
  addChange(changes, ticket, { kind: TicketEventKind.TICKET_EVENT_KIND_CLOSED, actor, now, notices });
}

/**
 * The customer agrees that it is done.
 *
 * @param held the ticket
 * @throws AppError TICKET_STATE
 */
export function confirm(held: Held): void {
  requireState(held.ticket, [TICKET_STATE_COMPLETED]);
  close(held, [tellCustomer(held, { text: 'confirmed', choices: ratingChoices })]);
}

/**
 * Closes a completed ticket whose customer has said nothing.
 *
 * @param held the ticket
 */
export const closeUnanswered = (held: Held): void =>
  close(held, [tellCustomer(held, { text: 'closed', choices: ['reopen'] })]);

/**
 * The customer rates it, which closes it.
 *
 * @param held the ticket
 * @param given.rating 1 to 5
 * @param given.comment what is added
 * @throws AppError TICKET_STATE
 */
export function rate(held: Held, given: { rating: number; comment: string }): void {
  const { ticket, changes, actor, now } = held;
  requireState(ticket, [TICKET_STATE_COMPLETED, TICKET_STATE_CLOSED]);
  if (ticket.rating > 0) throw new AppError('TICKET_STATE', { reason: 'it is rated already' });
  ticket.rating = given.rating;
  ticket.ratingComment = given.comment;
  const kind = TicketEventKind.TICKET_EVENT_KIND_RATED;
  const notices = [tellCustomer(held, { text: 'rated' })];
  addChange(changes, ticket, { kind, actor, note: given.comment, now, notices });
  if (ticket.state === TICKET_STATE_COMPLETED) close(held);
}

/**
 * Opens a completed or closed ticket again: its clocks begin anew, and who did it is asked first.
 *
 * @param held the ticket
 * @param reason why
 * @throws AppError TICKET_STATE
 */
export async function reopen(held: Held, reason: string): Promise<void> {
  const { ticket, spec, book, changes, actor, now } = held;
  requireState(ticket, [TICKET_STATE_COMPLETED, TICKET_STATE_CLOSED]);
  const before = book.workers.get(ticket.worker);
  Object.assign(ticket, {
    state: TicketState.TICKET_STATE_OPEN,
    worker: '',
    refusedBy: [],
    result: '',
    resultMedia: [],
    rating: 0,
    ratingComment: '',
    escalatedAt: null,
    closeAt: null,
    dueAt: new Date(now.getTime() + spec.due_hours * hourMs),
    reopenCount: ticket.reopenCount + 1,
  });
  const notices = [tellCustomer(held, { text: 'reopened' })];
  const kind = TicketEventKind.TICKET_EVENT_KIND_REOPENED;
  addChange(changes, ticket, { kind, actor, note: reason, now, notices });
  if (before?.active) await ask({ ...held, actor: 'system' }, before);
  else await dispatch(held);
}

/**
 * Ends a ticket that is not needed any more.
 *
 * @param held the ticket
 * @param reason why
 * @throws AppError TICKET_STATE
 */
export async function cancel(held: Held, reason: string): Promise<void> {
  const { ticket, book, changes, actor, now } = held;
  requireState(ticket, [...unfinishedStates, TICKET_STATE_COMPLETED]);
  const notices = [
    tellCustomer(held, { text: 'cancelled' }),
    await tellWorker(held, book.workers.get(ticket.worker), { text: 'workerCancelled' }),
  ];
  ticket.state = TicketState.TICKET_STATE_CANCELLED;
  ticket.closeAt = null;
  const kind = TicketEventKind.TICKET_EVENT_KIND_CANCELLED;
  addChange(changes, ticket, { kind, actor, note: reason, now, notices });
}

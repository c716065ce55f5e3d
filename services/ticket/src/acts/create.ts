import { type Media, TicketEventKind, TicketState } from '@omnigate/contracts';
import { AppError, type FieldViolation } from '@omnigate/errors';
import { newId } from '@omnigate/runtime';
import type { FormValues } from '@omnigate/ticket-form';
import type { Book, TicketType } from '../catalogue';
import { summaryOf } from '../domain/summary';
import { type Customer, hourMs, type Ticket } from '../domain/ticket';
import { insertTicket, nextNumber } from '../store/tickets';
import { addChange } from './changes';
import { dispatch } from './dispatch';
import { type Acting, finish, held } from './held';
import { tellCustomer } from './tell';

/** A ticket that somebody asks for. */
export interface Wish {
  tenantId: string;
  /** Name of the TicketType. */
  type: string;
  form: unknown;
  /** Empty: made of the form. */
  summary: string;
  media: readonly Media[];
  customer: Customer;
}

/** A wish that fits its type. */
export interface FittingWish extends Wish {
  ticketType: TicketType;
  values: FormValues;
}

/**
 * Checks a wish against its type; nothing is read or written.
 *
 * @param book the tenant's types
 * @param wish what is asked for
 * @returns the wish with checked values
 * @throws AppError INVALID_ARGUMENT with the path of each value that does not fit
 */
export function fitWish(book: Book, wish: Wish): FittingWish {
  const ticketType = book.types.get(wish.type);
  if (!ticketType) throw refused([{ field: 'type', description: `there is no TicketType ${wish.type}` }]);
  const checked = ticketType.check(wish.form ?? {}, 'form');
  if (checked.values === undefined) throw refused(checked.violations);
  return { ...wish, ticketType, values: checked.values };
}

const refused = (fields: FieldViolation[]): AppError => new AppError('INVALID_ARGUMENT', {}, { fields });

/**
 * Makes a ticket and asks the first worker.
 *
 * @param acting who makes it
 * @param wish what is asked for
 * @returns the ticket
 */
export async function create(acting: Acting, wish: FittingWish): Promise<Ticket> {
  const { number, now } = await nextNumber(acting.tx, wish.tenantId);
  const ticket = newTicket(wish, { number, now, creator: acting.actor });
  await insertTicket(acting.tx, ticket);
  const inHand = held(acting, { ticket, now });
  const kind = TicketEventKind.TICKET_EVENT_KIND_CREATED;
  const notices = [tellCustomer(inHand, { text: 'created' })];
  addChange(inHand.changes, ticket, { kind, actor: acting.actor, now, notices });
  await dispatch(inHand);
  await finish(inHand);
  return ticket;
}

function newTicket(
  wish: FittingWish,
  { number, now, creator }: { number: bigint; now: Date; creator: string },
): Ticket {
  const { values, customer } = wish;
  const { spec } = wish.ticketType;
  return {
    ...customer,
    tenantId: wish.tenantId,
    id: newId(),
    number,
    type: wish.type,
    state: TicketState.TICKET_STATE_OPEN,
    summary: wish.summary.trim() || summaryOf(spec, values, customer.language),
    form: values,
    media: [...wish.media],
    building: spec.building === undefined ? '' : String(values[spec.building] ?? ''),
    worker: '',
    refusedBy: [],
    creator,
    dueAt: new Date(now.getTime() + spec.due_hours * hourMs),
    escalatedAt: null,
    closeAt: null,
    result: '',
    resultMedia: [],
    rating: 0,
    ratingComment: '',
    reopenCount: 0,
    seq: 0n,
    createdAt: now,
    updatedAt: now,
  };
}

import type { Outcome } from '@omnigate/bus';
import type { TicketAnswer, TicketRequested } from '@omnigate/contracts';
import type { Transaction } from '@omnigate/database';
import { isAppError } from '@omnigate/errors';
import { textIn } from '@omnigate/ticket-form';
import { tellOnly } from '../acts/changes';
import { confirm, rate, reopen } from '../acts/customer-acts';
import { finish, type Held, held } from '../acts/held';
import { type Told, tellChat } from '../acts/tell';
import { accept, complete, refuse } from '../acts/worker-acts';
import type { Book } from '../catalogue';
import type { TicketContext } from '../context';
import { type Answer, readChoice } from '../domain/choice';
import { stateTexts } from '../domain/notice-texts';
import { stateName } from '../domain/require-state';
import type { Ticket } from '../domain/ticket';
import type { Worker } from '../domain/worker';
import type { Addressee } from '../notices';
import { lockTicket } from '../store/tickets';
import { isId } from './ids';

const ok: Outcome = { kind: 'ok' };

/**
 * Does what a customer or a worker chose in a ticket's menu; what can't be done is told, kindly, to whoever chose.
 *
 * @param context what the service works with
 * @param tx the batch's transaction
 * @param request where it was chosen
 * @param answer what was chosen, and what was said with it
 * @returns the outcome of the record
 */
export async function answerTicket(
  context: TicketContext,
  tx: Transaction,
  request: TicketRequested,
  answer: TicketAnswer,
): Promise<Outcome> {
  const choice = readChoice(answer.choice);
  const { tenantId } = request;
  const book = await context.catalogue.of(tenantId);
  const locked = isId(answer.ticketId) ? await lockTicket(tx, tenantId, { id: answer.ticketId }) : undefined;
  if (!choice || !locked) return { kind: 'drop', reason: 'no such ticket or choice' };
  const by = speaker(book, locked.ticket, request);
  const actor = choice.by === 'worker' ? locked.ticket.worker : 'customer';
  const inHand = held({ context, tx, book, actor }, locked);
  if (!isTheirs(choice, by)) {
    // Whoever it is, they once had it: the number is all that they are told.
    tell(inHand, request, by, { text: 'workerNotYours' });
    return ok;
  }
  try {
    await act(inHand, choice, answer);
  } catch (error) {
    if (!isAppError(error, 'TICKET_STATE')) throw error;
    tell(inHand, request, by, notPossible(inHand, by));
    return ok;
  }
  await finish(inHand);
  return ok;
}

/** Who speaks: the ticket's customer, its worker, or another worker whose address it is. */
interface Speaker {
  customer: boolean;
  worker: Worker | undefined;
  /** The worker has the ticket. */
  has: boolean;
}

function speaker(book: Book, ticket: Ticket, { channel, channelName, address }: TicketRequested): Speaker {
  const isAt = (worker: Worker | undefined): boolean =>
    worker !== undefined && worker.channel === channelName && worker.address === address;
  const owner = book.workers.get(ticket.worker);
  const has = isAt(owner);
  const customer = ticket.channelId === channel?.id && ticket.address === address;
  return { customer, has, worker: has ? owner : [...book.workers.values()].find(isAt) };
}

const isTheirs = (choice: Answer, by: Speaker): boolean => (choice.by === 'worker' ? by.has : by.customer);

function act(inHand: Held, choice: Answer, { text, media }: TicketAnswer): void | Promise<void> {
  const worker = inHand.ticket.worker;
  switch (choice.verb) {
    case 'accept':
      return accept(inHand, worker);
    case 'refuse':
      return refuse(inHand, { worker, reason: text });
    case 'complete':
      return complete(inHand, { worker, result: text, media });
    case 'confirm':
      return confirm(inHand);
    case 'reopen':
      return reopen(inHand, text);
    case 'rate':
      return rate(inHand, { rating: choice.rating, comment: text });
  }
}

function notPossible({ ticket }: Held, by: Speaker): Told {
  const language = by.worker && !by.customer ? by.worker.language : ticket.language;
  const state = textIn(stateTexts[stateName(ticket.state)] ?? {}, language);
  return { text: by.has ? 'workerNotPossible' : 'notPossible', values: { state } };
}

function tell(inHand: Held, request: TicketRequested, by: Speaker, told: Told): void {
  const { tenantId, conversationId, channel, address, threadKey } = request;
  if (!channel) return;
  const language = by.worker && !by.customer ? by.worker.language : inHand.ticket.language;
  const to: Addressee = { conversationId, channel, address, threadKey, language };
  const { context, tx, ticket } = inHand;
  tellOnly(tx, context.bus, { tenantId, ticket, notice: tellChat(inHand, to, told) });
}

import { randomUUID } from 'node:crypto';
import { type Ticket, TicketEventKind, TicketState } from '@omnigate/contracts';
import { CommandError } from '../command-error';
import { localTime } from '../output/cells';
import { printableLine } from '../output/printable';
import { layTable } from '../output/table';
import type { DeskContext } from './desk-context';
import type { TicketCommand } from './parse-ticket';

/** The newest of them. */
const shownAtMost = 50;

const stateOf = ({ state }: Ticket): string => (TicketState[state] ?? '').replace('TICKET_STATE_', '');

const ticketLines = (tickets: readonly Ticket[]): string[] =>
  layTable(
    [
      { title: 'NUMBER', cell: ({ number }: Ticket) => String(number) },
      { title: 'TYPE', cell: ({ type }) => type },
      { title: 'STATE', cell: stateOf },
      { title: 'WORKER', cell: ({ worker }) => worker },
      { title: 'SUMMARY', cell: ({ summary }) => summary },
    ],
    tickets,
  );

/**
 * Shows the tickets of the present conversation; without one, those that nobody has.
 *
 * @param context the desk.
 * @throws AppError of the server.
 */
export async function showTickets({ tickets, state, console, texts }: DeskContext): Promise<void> {
  const filter = state.current ? { conversationId: state.current } : { state: TicketState.TICKET_STATE_OPEN };
  const { tickets: found } = await tickets.listTickets({ ...filter, pageSize: shownAtMost });
  console.print(...(found.length > 0 ? ticketLines(found) : [texts.noTickets]));
}

async function show({ tickets, console }: DeskContext, ticketId: string): Promise<void> {
  const { ticket, events } = await tickets.getTicket({ ticketId });
  if (!ticket) return;
  const form = Object.entries(ticket.form ?? {}).map(
    ([name, value]) => `   ${name}: ${printableLine(String(value))}`,
  );
  const lines = events.map(({ kind, actor, note, createTime }) => {
    const what = (TicketEventKind[kind] ?? '').replace('TICKET_EVENT_KIND_', '');
    return `   ${localTime(createTime)} ${what} ${printableLine([actor, note].filter(Boolean).join(': '))}`;
  });
  console.print(...ticketLines([ticket]), ...form, ...lines);
}

type Move = Exclude<TicketCommand, { verb: 'show' | 'create' }>;

async function move({ tickets }: DeskContext, command: Move): Promise<Ticket | undefined> {
  const request = { requestId: randomUUID(), ticketId: command.number };
  if (command.verb === 'accept') return (await tickets.acceptTicket(request)).ticket;
  if (command.verb === 'assign')
    return (await tickets.assignTicket({ ...request, worker: command.worker })).ticket;
  const { text } = command;
  if (command.verb === 'rate')
    return (await tickets.rateTicket({ ...request, rating: command.rating, comment: text })).ticket;
  if (command.verb === 'complete') return (await tickets.completeTicket({ ...request, result: text })).ticket;
  if (command.verb === 'refuse') return (await tickets.refuseTicket({ ...request, reason: text })).ticket;
  if (command.verb === 'reopen') return (await tickets.reopenTicket({ ...request, reason: text })).ticket;
  return (await tickets.cancelTicket({ ...request, reason: text })).ticket;
}

async function create(
  { tickets, state, texts }: DeskContext,
  { type, form }: Extract<TicketCommand, { verb: 'create' }>,
): Promise<Ticket | undefined> {
  if (!state.current) throw new CommandError(texts.noConversation);
  const request = { requestId: randomUUID(), type, form, conversationId: state.current };
  return (await tickets.createTicket(request)).ticket;
}

/**
 * Does what a line asks of tickets.
 *
 * @param context the desk.
 * @param command of parseTicket.
 * @throws AppError of the server, CommandError for what can not be asked for now.
 */
export async function performTicket(context: DeskContext, command: TicketCommand): Promise<void> {
  const { console, texts } = context;
  if (command.verb === 'show') return show(context, command.number);
  const ticket = command.verb === 'create' ? await create(context, command) : await move(context, command);
  if (ticket) console.print(texts.ticketNow(ticket.number, stateOf(ticket), ticket.worker));
}

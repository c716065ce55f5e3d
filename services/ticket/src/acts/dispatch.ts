import { TicketEventKind, TicketState } from '@omnigate/contracts';
import { AppError } from '@omnigate/errors';
import { chooseWorker } from '../domain/choose-worker';
import { requireState } from '../domain/require-state';
import { unfinishedStates } from '../domain/ticket';
import type { Worker } from '../domain/worker';
import { countUnfinished } from '../store/list-tickets';
import { addChange } from './changes';
import type { Held } from './held';
import { dueTextFor, tellWorker } from './tell';

/** Who has nothing to do with a ticket any more once another worker is asked. */
const previousWorker = ({ ticket, book }: Held, next: Worker): Worker | undefined =>
  ticket.worker === next.name ? undefined : book.workers.get(ticket.worker);

/**
 * Asks a worker, whoever had the ticket before.
 *
 * @param held the ticket
 * @param worker who is asked
 */
export async function ask(held: Held, worker: Worker): Promise<void> {
  const { ticket, changes, now, actor } = held;
  const lost = await tellWorker(held, previousWorker(held, worker), { text: 'workerLost' });
  ticket.state = TicketState.TICKET_STATE_ASSIGNED;
  ticket.worker = worker.name;
  const asked = await tellWorker(held, worker, {
    text: 'workerAsked',
    values: { due: await dueTextFor(held, worker) },
    choices: ['accept', 'refuse'],
    attachments: ticket.media,
  });
  const kind = TicketEventKind.TICKET_EVENT_KIND_ASSIGNED;
  addChange(changes, ticket, { kind, actor, note: worker.name, now, notices: [lost, asked] });
}

/**
 * Asks the next worker by the type's rules; with nobody left the ticket is open, where people see it.
 *
 * @param held the ticket, of which nobody is asked
 */
export async function dispatch(held: Held): Promise<void> {
  const { ticket, spec, book, tx } = held;
  ticket.state = TicketState.TICKET_STATE_OPEN;
  ticket.worker = '';
  const next = chooseWorker({
    type: ticket.type,
    spec,
    building: ticket.building,
    workers: book.workers,
    unfinished: await countUnfinished(tx, ticket.tenantId),
    refusedBy: ticket.refusedBy,
  });
  if (next) await ask({ ...held, actor: 'system' }, next);
}

/**
 * Gives a ticket to a worker by name.
 *
 * @param held the ticket
 * @param name the worker's
 * @throws AppError NOT_FOUND, WORKER_INACTIVE, TICKET_STATE
 */
export async function assign(held: Held, name: string): Promise<void> {
  const { ticket, book } = held;
  const worker = book.workers.get(name);
  if (!worker) throw new AppError('NOT_FOUND', { resource: `worker ${name}` });
  if (!worker.active) throw new AppError('WORKER_INACTIVE');
  requireState(ticket, unfinishedStates);
  if (ticket.worker === name) throw new AppError('TICKET_STATE', { reason: 'this worker has it already' });
  await ask(held, worker);
}

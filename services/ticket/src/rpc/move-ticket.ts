import { AcceptTicketResponse, type Ticket } from '@omnigate/contracts';
import { once } from '@omnigate/database';
import type { CallContext } from '@omnigate/rpc';
import { type Held, onTicket } from '../acts/held';
import type { Book } from '../catalogue';
import type { TicketContext } from '../context';
import { viewTicket } from '../ticket-view';
import { actorOf, requireVisible } from './access';
import { requireId, requireTicketKey } from './requirements';

/** A request to move one ticket. */
export interface Move {
  /** Keeps requests of two methods apart that have the same bytes. */
  method: string;
  request: { requestId: string; ticketId: string };
  /** The request, encoded. */
  payload: Uint8Array;
  /** A worker who must be known. */
  worker?: string;
}

/**
 * Moves one ticket under its lock, once for a request id.
 *
 * @param context what the service works with
 * @param call the call
 * @param move what is asked for
 * @param act what is done; it throws before it changes anything
 * @returns the ticket after it, as all these methods answer
 * @throws AppError NOT_FOUND, INVALID_ARGUMENT, REQUEST_ID_REUSED, or what the act threw
 */
export async function moveTicket(
  context: TicketContext,
  call: CallContext,
  move: Move,
  act: (held: Held) => void | Promise<void>,
): Promise<{ ticket: Ticket | undefined }> {
  const { tenantId } = call.identity;
  const key = requireTicketKey(move.request.ticketId);
  const requestId = move.request.requestId === '' ? '' : requireId('request_id', move.request.requestId);
  const payload = Buffer.concat([Buffer.from(`${move.method} `), move.payload]);
  const book = await bookWith(context, tenantId, move.worker);
  const response = await context.database.transaction({ tenants: [tenantId] }, (tx) =>
    once(tx, { tenantId, requestId, payload }, async () => {
      const acting = { context, tx, book, actor: actorOf(call) };
      const ticket = await onTicket(acting, { tenantId, key }, (held) => {
        requireVisible(call, held.ticket);
        return act(held);
      });
      // One form for the answers of all methods: a ticket in field 1.
      return AcceptTicketResponse.encode({ ticket: viewTicket(ticket) }).finish();
    }),
  );
  return AcceptTicketResponse.decode(response);
}

async function bookWith(context: TicketContext, tenantId: string, worker: string | undefined): Promise<Book> {
  const known = await context.catalogue.of(tenantId);
  if (worker === undefined || known.workers.has(worker)) return known;
  return context.catalogue.renew(tenantId);
}

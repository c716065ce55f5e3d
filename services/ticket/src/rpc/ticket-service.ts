import {
  AcceptTicketRequest,
  AssignTicketRequest,
  CancelTicketRequest,
  CompleteTicketRequest,
  type GetTicketResponse,
  RateTicketRequest,
  RefuseTicketRequest,
  ReopenTicketRequest,
  TicketServiceService,
} from '@omnigate/contracts';
import { AppError } from '@omnigate/errors';
import { type CallContext, defineService, type RpcService } from '@omnigate/rpc';
import { cancel, rate, reopen } from '../acts/customer-acts';
import { assign } from '../acts/dispatch';
import { accept, complete, refuse } from '../acts/worker-acts';
import type { TicketContext } from '../context';
import { readEvents } from '../store/events';
import { readTicket } from '../store/tickets';
import { viewTicket } from '../ticket-view';
import { actingWorker, actors, readers, requireVisible, workers } from './access';
import { createTicket } from './create-ticket';
import { list } from './list-tickets';
import { moveTicket } from './move-ticket';
import { invalid, requireMedia, requireText, requireTicketKey } from './requirements';

/**
 * TicketService: tickets for agents, workers and other systems.
 *
 * @param context what the service works with
 * @returns the service
 */
export function createTicketService(context: TicketContext): RpcService<TicketServiceService> {
  const allow = {
    createTicket: actors,
    getTicket: readers,
    listTickets: readers,
    assignTicket: actors,
    acceptTicket: workers,
    refuseTicket: workers,
    completeTicket: workers,
    rateTicket: actors,
    reopenTicket: actors,
    cancelTicket: actors,
  };
  return defineService(TicketServiceService, allow, {
    createTicket: (request, call) => createTicket(context, request, call),
    getTicket: ({ ticketId }, call) => get(context, ticketId, call),
    listTickets: (request, call) => list(context, request, call),
    assignTicket(request, call) {
      const worker = request.worker;
      if (worker === '') throw invalid('worker', 'is required');
      const move = {
        method: 'assign',
        request,
        payload: AssignTicketRequest.encode(request).finish(),
        worker,
      };
      return moveTicket(context, call, move, (held) => assign(held, worker));
    },
    acceptTicket(request, call) {
      const move = { method: 'accept', request, payload: AcceptTicketRequest.encode(request).finish() };
      const worker = actingWorker(call, request.worker);
      return moveTicket(context, call, move, (held) => accept(held, worker));
    },
    refuseTicket(request, call) {
      const move = { method: 'refuse', request, payload: RefuseTicketRequest.encode(request).finish() };
      const by = {
        worker: actingWorker(call, request.worker),
        reason: requireText('reason', request.reason),
      };
      return moveTicket(context, call, move, (held) => refuse(held, by));
    },
    completeTicket(request, call) {
      const move = { method: 'complete', request, payload: CompleteTicketRequest.encode(request).finish() };
      const result = requireText('result', request.result);
      const work = { worker: actingWorker(call, request.worker), result, media: requireMedia(request.media) };
      return moveTicket(context, call, move, (held) => complete(held, work));
    },
    rateTicket(request, call) {
      const { rating } = request;
      if (rating < 1 || rating > 5) throw invalid('rating', 'must be 1 to 5');
      const move = { method: 'rate', request, payload: RateTicketRequest.encode(request).finish() };
      const comment = requireText('comment', request.comment);
      return moveTicket(context, call, move, (held) => rate(held, { rating, comment }));
    },
    reopenTicket(request, call) {
      const move = { method: 'reopen', request, payload: ReopenTicketRequest.encode(request).finish() };
      const reason = requireText('reason', request.reason);
      return moveTicket(context, call, move, (held) => reopen(held, reason));
    },
    cancelTicket(request, call) {
      const move = { method: 'cancel', request, payload: CancelTicketRequest.encode(request).finish() };
      const reason = requireText('reason', request.reason);
      return moveTicket(context, call, move, (held) => cancel(held, reason));
    },
  });
}

async function get(context: TicketContext, ticketId: string, call: CallContext): Promise<GetTicketResponse> {
  const { tenantId } = call.identity;
  const key = requireTicketKey(ticketId);
  return context.database.transaction({ tenants: [tenantId] }, async (tx) => {
    const ticket = await readTicket(tx, tenantId, key);
    if (!ticket) throw new AppError('NOT_FOUND', { resource: 'ticket' });
    requireVisible(call, ticket);
    return { ticket: viewTicket(ticket), events: await readEvents(tx, ticket) };
  });
}

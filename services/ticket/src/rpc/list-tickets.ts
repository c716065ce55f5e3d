import { type ListTicketsRequest, type ListTicketsResponse, TicketState } from '@omnigate/contracts';
import { type CallContext, pageSize, pageToken, parsePageToken } from '@omnigate/rpc';
import type { TicketContext } from '../context';
import { listTickets } from '../store/list-tickets';
import { viewTicket } from '../ticket-view';
import { limitedTo } from './access';
import { invalid, requireId } from './requirements';

/**
 * Lists tickets, newest first; to a worker their own alone.
 *
 * @param context what the service works with
 * @param request which ones
 * @param call the call
 * @returns a page
 * @throws AppError INVALID_ARGUMENT, PAGE_TOKEN_INVALID
 */
export async function list(
  context: TicketContext,
  request: ListTicketsRequest,
  call: CallContext,
): Promise<ListTicketsResponse> {
  const { tenantId } = call.identity;
  const limit = pageSize(request.pageSize);
  const after = parsePageToken(request.pageToken, { number: 'integer' });
  if (TicketState[request.state] === undefined || request.state < 0)
    throw invalid('state', 'must be a value of its enum');
  const own = limitedTo(call);
  if (own !== undefined && request.worker !== '' && request.worker !== own) return emptyPage;
  const filter = {
    tenantId,
    state: request.state || null,
    type: request.type || null,
    worker: (own ?? request.worker) || null,
    conversationId:
      request.conversationId === '' ? null : requireId('conversation_id', request.conversationId),
    beforeNumber: after ? BigInt(after.number) : null,
    limit: limit + 1,
  };
  const found = await context.database.transaction({ tenants: [tenantId] }, (tx) => listTickets(tx, filter));
  const page = found.slice(0, limit);
  const last = page.at(-1);
  return {
    tickets: page.map(viewTicket),
    nextPageToken: found.length > limit && last ? pageToken({ number: String(last.number) }) : '',
  };
}

const emptyPage: ListTicketsResponse = { tickets: [], nextPageToken: '' };

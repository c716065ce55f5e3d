import { BusinessEventOutcome, DeliveryServiceService, DeliveryState } from '@omnigate/contracts';
import { AppError } from '@omnigate/errors';
import { defineService, type RpcService } from '@omnigate/rpc';
import type { RoutingContext } from '../context';
import { listBusinessEvents } from '../store/business-events';
import { listDeliveries } from '../store/deliveries';
import { readers } from './access';
import { toBusinessEventResult, toDelivery } from './mapping';
import { cutPage, readPage } from './paging';
import { requireId, requireKnown } from './requirements';

/**
 * DeliveryService: what became of what was sent, as message.status has told it, and of what was to be told.
 *
 * @param context what routing works with.
 * @returns the service.
 */
export function createDeliveryService(context: RoutingContext): RpcService {
  return defineService(
    DeliveryServiceService,
    { listDeliveries: readers, listBusinessEvents: readers },
    {
      listDeliveries: async (request, ctx) => {
        const { tenantId } = ctx.identity;
        const page = readPage(request, 'uuid');
        const channel =
          request.channel === ''
            ? undefined
            : await context.directory.channelByName(tenantId, request.channel);
        if (request.channel !== '' && !channel)
          throw new AppError('NOT_FOUND', { resource: `channel ${request.channel}` });
        const filter = {
          tenantId,
          state: requireKnown('state', request.state, DeliveryState) || null,
          channelId: channel?.id ?? null,
          conversationId:
            request.conversationId === '' ? null : requireId('conversation_id', request.conversationId),
          messageId: request.messageId === '' ? null : requireId('message_id', request.messageId),
          beforeId: page.after ?? null,
          limit: page.size + 1,
        };
        const rows = await context.database.transaction({ tenants: [tenantId] }, (tx) =>
          listDeliveries(tx, filter),
        );
        const { items, nextPageToken } = cutPage(rows, page, (row) => row.messageId);
        return {
          deliveries: await Promise.all(items.map((row) => toDelivery(context.directory, row))),
          nextPageToken,
        };
      },
      listBusinessEvents: async (request, ctx) => {
        const { tenantId } = ctx.identity;
        const page = readPage(request, 'uuid');
        const outcome = requireKnown('outcome', request.outcome, BusinessEventOutcome);
        const filter = {
          tenantId,
          eventId: request.eventId === '' ? null : requireId('event_id', request.eventId),
          told: outcome === 0 ? null : outcome === BusinessEventOutcome.BUSINESS_EVENT_OUTCOME_TOLD,
          beforeId: page.after ?? null,
          limit: page.size + 1,
        };
        const rows = await context.database.transaction({ tenants: [tenantId] }, (tx) =>
          listBusinessEvents(tx, filter),
        );
        const { items, nextPageToken } = cutPage(rows, page, (row) => row.eventId);
        return {
          results: await Promise.all(items.map((row) => toBusinessEventResult(context.directory, row))),
          nextPageToken,
        };
      },
    },
  );
}

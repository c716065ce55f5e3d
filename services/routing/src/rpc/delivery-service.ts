import { DeliveryServiceService, DeliveryState } from '@omnigate/contracts';
import { AppError } from '@omnigate/errors';
import { defineService, type RpcService } from '@omnigate/rpc';
import type { RoutingContext } from '../context';
import { listDeliveries } from '../store/deliveries';
import { readers } from './access';
import { toDelivery } from './mapping';
import { cutPage, readPage } from './paging';
import { requireId, requireKnown } from './requirements';

/**
 * DeliveryService: what became of what was sent, as message.status has told it.
 *
 * @param context what routing works with.
 * @returns the service.
 */
export function createDeliveryService(context: RoutingContext): RpcService {
  return defineService(
    DeliveryServiceService,
    { listDeliveries: readers },
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
    },
  );
}

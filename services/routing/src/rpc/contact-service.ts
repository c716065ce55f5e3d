import { ContactServiceService } from '@omnigate/contracts';
import { AppError } from '@omnigate/errors';
import { defineService, type RpcService } from '@omnigate/rpc';
import type { RoutingContext } from '../context';
import { listContacts } from '../store/list-contacts';
import { readers } from './access';
import { toContact } from './mapping';
import { cutPage, readPage } from './paging';
import { requireAddress, requireId } from './requirements';

/**
 * ContactService: the people who write.
 *
 * @param context what routing works with.
 * @returns the service.
 */
export function createContactService(context: RoutingContext): RpcService {
  return defineService(
    ContactServiceService,
    { listContacts: readers, getContact: readers },
    {
      listContacts: async (request, ctx) => {
        const { tenantId } = ctx.identity;
        const page = readPage(request, 'uuid');
        const filter = {
          tenantId,
          contactId: null,
          address: requireAddress(request.address) || null,
          beforeId: page.after ?? null,
        };
        const rows = await context.database.transaction({ tenants: [tenantId] }, (tx) =>
          listContacts(tx, { ...filter, limit: page.size + 1 }),
        );
        const { items, nextPageToken } = cutPage(rows, page, (row) => row.id);
        return { contacts: items.map(toContact), nextPageToken };
      },
      getContact: async (request, ctx) => {
        const { tenantId } = ctx.identity;
        const contactId = requireId('contact_id', request.contactId);
        const filter = { tenantId, contactId, address: null, beforeId: null, limit: 1 };
        const [row] = await context.database.transaction({ tenants: [tenantId] }, (tx) =>
          listContacts(tx, filter),
        );
        if (!row) throw new AppError('NOT_FOUND', { resource: 'contact' });
        return { contact: toContact(row) };
      },
    },
  );
}

import { AppError } from '@omnigate/errors';
import type { Caller, DirectoryContext } from './directory-context';
import type { Kind } from './domain/kind';
import { namePattern, type StoredResource } from './domain/resource';
import { listResourcePage, type ResourcePosition } from './store/resources';
import { listTenantIds } from './store/tenants';

/**
 * Lists resources of a kind, newest first. An operator sees all tenants, everybody else their own.
 *
 * @param page kind, one name or all, length, the last row of the page before
 * @param caller who asks
 * @param context directory's
 * @returns at most `limit` resources
 * @throws AppError PERMISSION_DENIED for keys, to whom may not manage them
 */
export async function listResources(
  page: { kind: Kind; name: string; limit: number; after?: ResourcePosition },
  caller: Caller,
  { database }: DirectoryContext,
): Promise<StoredResource[]> {
  if (page.kind === 'ApiKey' && !caller.roles.some((role) => keyReaders.has(role)))
    throw new AppError('PERMISSION_DENIED', { reason: 'it may not see API keys' });
  if (page.name !== '' && !namePattern.test(page.name)) return [];
  const everyTenant = page.kind === 'Tenant' && caller.roles.includes('operator');
  const tenants = everyTenant ? await listTenantIds(database) : [caller.tenantId];
  return database.transaction({ tenants }, (tx) => listResourcePage(tx, page));
}

const keyReaders = new Set(['owner', 'admin', 'operator', 'auditor', 'service']);

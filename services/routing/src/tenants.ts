import type { ResolveTenantResponse } from '@omnigate/contracts';
import type { DirectoryCache } from '@omnigate/directory-cache';
import { AppError } from '@omnigate/errors';

/** Tenants by id, with their teams and agents. */
export interface Tenants {
  /** Throws AppError NOT_FOUND for a tenant that was deleted. */
  get(tenantId: string): Promise<ResolveTenantResponse>;
  /** Reads it again: another process may have heard of a change before this one. Throws as get. */
  getAnew(tenantId: string): Promise<ResolveTenantResponse>;
}

/**
 * Tenants as the directory knows them.
 *
 * @param directory the cache to ask.
 * @returns a lookup that throws where a tenant is missing.
 */
export function tenantsOf(directory: DirectoryCache): Tenants {
  const known = (tenant: ResolveTenantResponse | undefined): ResolveTenantResponse => {
    if (!tenant) throw new AppError('NOT_FOUND', { resource: 'tenant' });
    return tenant;
  };
  return {
    get: async (tenantId) => known(await directory.tenant(tenantId)),
    getAnew: async (tenantId) => known(await directory.tenantAnew(tenantId)),
  };
}

import type { ResolveTenantResponse } from '@omnigate/contracts';
import type { DirectoryCache } from '@omnigate/directory-cache';
import { AppError } from '@omnigate/errors';

/** Tenants by id, with their teams and agents. */
export interface Tenants {
  /** Throws AppError NOT_FOUND for a tenant that was deleted. */
  get(tenantId: string): Promise<ResolveTenantResponse>;
}

/**
 * Tenants as the directory knows them.
 *
 * @param directory the cache to ask.
 * @returns a lookup that throws where a tenant is missing.
 */
export function tenantsOf(directory: DirectoryCache): Tenants {
  return {
    async get(tenantId) {
      const tenant = await directory.tenant(tenantId);
      if (!tenant) throw new AppError('NOT_FOUND', { resource: 'tenant' });
      return tenant;
    },
  };
}

import type { ResolveTenantResponse } from '@omnigate/contracts';
import type { DirectoryCache } from '@omnigate/directory-cache';
import { AppError } from '@omnigate/errors';

/** Tenants by id, with their teams and agents. */
export interface Tenants {
  /** Throws AppError NOT_FOUND for a tenant that was deleted. */
  get(tenantId: string): Promise<ResolveTenantResponse>;
  /**
   * Looks for something that a caller named. What is not there may have been applied a moment ago, by another process:
   * then the directory is asked itself.
   * @returns undefined when there is none
   */
  find<Part>(
    tenantId: string,
    pick: (tenant: ResolveTenantResponse) => Part | undefined,
  ): Promise<Part | undefined>;
}

/**
 * Tenants as the directory knows them.
 *
 * @param directory the cache to ask.
 * @returns a lookup that throws where a tenant is missing.
 */
export function tenantsOf(directory: DirectoryCache): Tenants {
  const existing = (tenant: ResolveTenantResponse | undefined): ResolveTenantResponse => {
    if (!tenant) throw new AppError('NOT_FOUND', { resource: 'tenant' });
    return tenant;
  };
  const get = async (tenantId: string) => existing(await directory.tenant(tenantId));
  return {
    get,
    find: async (tenantId, pick) =>
      pick(await get(tenantId)) ?? pick(existing(await directory.renewTenant(tenantId))),
  };
}

import type { DirectoryCache } from '@omnigate/directory-cache';
import { AppError, isAppError } from '@omnigate/errors';

/** The tenant that the demo is of. */
export interface DemoTenant {
  /** @returns its id; undefined where there is none. */
  find(): Promise<string | undefined>;
  /** @throws AppError NOT_FOUND. */
  require(): Promise<string>;
}

const demoTenant = 'default';

/**
 * Looks for the demo's tenant, each time anew: it may be made and deleted while the demo runs.
 *
 * @param directory where tenants are known.
 */
export function createDemoTenant(directory: Pick<DirectoryCache, 'resolveTenant'>): DemoTenant {
  const find = () =>
    directory.resolveTenant(demoTenant).catch((error: unknown) => {
      if (isAppError(error, 'NOT_FOUND')) return undefined;
      throw error;
    });
  return {
    find,
    async require() {
      const tenantId = await find();
      if (!tenantId) throw new AppError('NOT_FOUND', { resource: `tenant ${demoTenant}` });
      return tenantId;
    },
  };
}

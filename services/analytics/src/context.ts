import type { RegistryServiceService } from '@omnigate/contracts';
import type { Database } from '@omnigate/database';
import type { DirectoryCache } from '@omnigate/directory-cache';
import type { Client } from '@omnigate/rpc';
import type { Logger } from '@omnigate/runtime';

/** What every part of analytics works with. */
export interface AnalyticsContext {
  database: Database;
  directory: Pick<DirectoryCache, 'peekTenant' | 'tenant'>;
  registry: Pick<Client<RegistryServiceService>, 'listTenants'>;
  logger: Logger;
  clock: () => Date;
}

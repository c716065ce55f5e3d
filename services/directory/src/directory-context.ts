import type { Bus } from '@omnigate/bus';
import type { Database } from '@omnigate/database';
import type { Logger } from '@omnigate/runtime';
import type { ConfigCheck } from './domain/channel-config';
import type { SecretBox } from './domain/secret-envelope';

/** What directory's acts work with. */
export interface DirectoryContext {
  database: Database;
  bus: Bus;
  logger: Logger;
  box: SecretBox;
  checkConfig: ConfigCheck;
  /** Address that providers call, without a slash at its end. */
  publicUrl: string;
  /** `host:port` pairs of OMNIGATE_FETCH_ALLOW. */
  fetchAllow: readonly string[];
}

/** Who acts, and in which tenant. */
export interface Caller {
  tenantId: string;
  roles: readonly string[];
  /** Name of the key or service, for the audit log. */
  name: string;
}

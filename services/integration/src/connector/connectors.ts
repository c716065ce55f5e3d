import type { RegistryServiceService, ResolvedConnector } from '@omnigate/contracts';
import { createReadThrough, type DirectoryCache } from '@omnigate/directory-cache';
import type { Client } from '@omnigate/rpc';
import type { Logger } from '@omnigate/runtime';
import { type Connector, connectorSpec } from '../domain/connector';

const maximumTenants = 10_000;
/** A change is heard of; where it was missed, what is kept is believed no longer. */
const ttlMs = 60_000;
const negativeTtlMs = 1_000;

/** Each tenant's connectors, as directory holds them. */
export interface Connectors {
  /** Returns a tenant's connectors, by name. Throws AppError when directory is away and they are not kept. */
  of(tenantId: string): Promise<readonly Connector[]>;
  start(): void;
  stop(): void;
}

/**
 * Reads connectors when they are first asked for, and again after a change.
 *
 * @param deps where connectors are, and who tells of changes.
 * @returns the cache.
 */
export function createConnectors(deps: {
  registry: Pick<Client<RegistryServiceService>, 'resolveConnectors'>;
  directory: Pick<DirectoryCache, 'onChanged'>;
  logger: Logger;
}): Connectors {
  const tenants = createReadThrough<readonly Connector[]>({
    async load(tenantId) {
      const { connectors } = await deps.registry.resolveConnectors({}, { tenantId });
      return connectors.flatMap((resolved) => toConnector(deps.logger, resolved) ?? []);
    },
    maximumEntries: maximumTenants,
    negativeTtlMs,
    ttlMs,
    now: () => performance.now(),
  });
  let stopListening = (): void => undefined;
  return {
    of: async (tenantId) => (await tenants.get(tenantId)) ?? [],
    start() {
      stopListening = deps.directory.onChanged((change) => {
        if (change.kind === 'Connector') tenants.forget(change.tenantId);
      });
    },
    stop: () => stopListening(),
  };
}

function toConnector(logger: Logger, resolved: ResolvedConnector): Connector | undefined {
  const { id, tenantId, name, privateAddressAllowed } = resolved;
  const spec = connectorSpec.safeParse(resolved.spec);
  if (!spec.success) {
    logger.warn({ tenant_id: tenantId, connector: name }, 'connector left out: its spec is not valid');
    return undefined;
  }
  const { base_url: baseUrl, headers, lookups } = spec.data;
  return {
    ...{ id, tenantId, name, privateAddressAllowed },
    revision: String(resolved.revision),
    ...{ baseUrl, headers, lookups },
  };
}

import type { Bus } from '@omnigate/bus';
import { createProviderConnections } from '@omnigate/channel-kit';
import type { RegistryServiceService } from '@omnigate/contracts';
import type { Database } from '@omnigate/database';
import type { DirectoryCache } from '@omnigate/directory-cache';
import type { Client, RpcService } from '@omnigate/rpc';
import type { Logger, Metrics, ServiceApp } from '@omnigate/runtime';
import { createConnectors } from './connector/connectors';
import { createLookUps } from './connector/look-ups';
import type { IntegrationContext } from './context';
import { createIntegrationService } from './rpc/integration-service';

/** Requests to one system at once; what is asked for at the same time shares one. */
const connections = 16;

/** What integration needs. */
export interface IntegrationDeps {
  /** Of `integrationSchema`. */
  database: Database;
  bus: Bus;
  registry: Client<RegistryServiceService>;
  directory: DirectoryCache;
  logger: Logger;
  metrics: Metrics;
  clock: () => Date;
}

/**
 * Builds integration: what the business's own systems tell, and what they are asked.
 *
 * @param deps what it needs; everything is started already.
 * @returns the service; it never listens.
 */
export function createIntegration(deps: IntegrationDeps): ServiceApp<RpcService, never> {
  const { database, bus, clock, logger, metrics } = deps;
  const connectors = createConnectors(deps);
  const http = createProviderConnections({ connections });
  const lookUps = createLookUps({ http, logger, metrics, now: () => performance.now() });
  const context: IntegrationContext = { database, bus, connectors, lookUps, clock };
  return {
    rpc: [createIntegrationService(context)],
    start: async () => connectors.start(),
    async stop() {
      connectors.stop();
      await http.close();
    },
  };
}

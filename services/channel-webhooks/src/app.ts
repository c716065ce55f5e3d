import {
  type AdapterServiceOptions,
  type ChannelAdapter,
  createChannelLog,
  createDeliveries,
  createIngest,
  createMediaFetching,
  createRegistration,
  registerWebhookRoutes,
} from '@omnigate/channel-kit';
import type { RpcService } from '@omnigate/rpc';
import type { ServiceApp } from '@omnigate/runtime';
import type { FastifyInstance } from 'fastify';
import { channels } from './channels';

/** What channel-webhooks needs. */
export interface ChannelWebhooksOptions extends AdapterServiceOptions {
  /** Channel types; default: all that there are. For tests. */
  adapters?: readonly ChannelAdapter[];
}

const adapterService = 'channel-webhooks';

/** Makes the host of every stateless HTTP channel: webhooks in, deliveries out. */
export function createChannelWebhooks(o: ChannelWebhooksOptions): ServiceApp<RpcService, FastifyInstance> {
  const { bus, directory, logger, metrics } = o;
  const publicUrl = o.publicUrl.replace(/\/+$/, '');
  const list = o.adapters ?? channels;
  const adapters = new Map(list.map((adapter) => [adapter.manifest.type, adapter]));
  const parts = { adapterService, bus, directory, logger, metrics, publicUrl, adapters };
  const deliveries = createDeliveries({ ...o, ...parts });
  const fetching = createMediaFetching({ ...o, ...parts });
  const registration = createRegistration({
    manifests: list.map((adapter) => adapter.manifest),
    register: (request) => o.registry.registerChannelTypes(request),
    logger,
  });
  return {
    rpc: [],
    http: (server) =>
      registerWebhookRoutes(server, {
        ...parts,
        deliveries,
        ingest: createIngest(parts),
        channelLog: createChannelLog(parts),
        catchAll: true,
      }),
    async start() {
      await Promise.all([deliveries.start(), fetching.start()]);
      // Not awaited: the directory may start later, and webhooks of known channels need not wait for it.
      void registration.start();
    },
    async stop() {
      registration.stop();
      await fetching.stop();
      await deliveries.stop();
    },
  };
}

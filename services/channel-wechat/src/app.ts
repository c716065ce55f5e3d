import {
  type AdapterServiceOptions,
  createChannelLog,
  createDeliveries,
  createIngest,
  createMediaFetching,
  createProviderConnections,
  createRegistration,
  registerWebhookRoutes,
} from '@omnigate/channel-kit';
import type { RpcService } from '@omnigate/rpc';
import { createSignals, type ServiceApp } from '@omnigate/runtime';
import type { FastifyInstance } from 'fastify';
import { createWechatAdapter } from './adapter';
import { defaultHoldMs } from './holds/held-push';
import { createHolding } from './holds/holding';
import { createOpenHolds } from './holds/open-holds';
import { createInbox } from './inbox';
import { adapterService, wechatManifest } from './manifest';
import { createAnswerOnly } from './outbound/answer-only';
import { createApi } from './outbound/api';
import { createTokens } from './outbound/tokens';
import { createUploads } from './outbound/uploads';
import { createPrune } from './prune';
import { type Customer, noteUnanswered } from './store/customers';

/** What channel-wechat needs. */
export interface ChannelWechatOptions extends AdapterServiceOptions {
  /** No other service of the process answers for unknown channel types. */
  catchAll?: boolean;
  /** How long a push is held, in ms; default 4,500. */
  holdMs?: number;
  /** Connections that are held at once; default 10,000. */
  maxHeld?: number;
}

const defaultMaxHeld = 10_000;

/** Makes the service of WeChat Official Accounts: pushes in, passive replies and customer-service messages out. */
export function createChannelWechat(o: ChannelWechatOptions): ServiceApp<RpcService, FastifyInstance> {
  const { bus, database, directory, logger, metrics, state } = o;
  const publicUrl = o.publicUrl.replace(/\/+$/, '');
  const now = Date.now;
  const fetchAllow = o.fetchAllow ? { fetchAllow: o.fetchAllow } : {};
  const connections = createProviderConnections(fetchAllow);
  const answerOnly = createAnswerOnly(now);
  const callApi = createApi(createTokens(state));
  const uploads = createUploads({ state, callApi, media: o.media });
  const holds = createOpenHolds({
    state,
    now,
    onFailure: (err) => logger.warn({ err }, 'held connections not told'),
  });
  metrics.gauge('omnigate_wechat_held', 'Pushes whose connection is held.', [], (gauge) =>
    gauge.set(holds.size()),
  );
  const prune = createPrune({ database, holds, logger });
  const inbox = createInbox({
    database,
    bus,
    signals: createSignals(metrics, `${adapterService}.received`),
    saw: prune.saw,
  });
  const send = { callApi, uploads, answerOnly, now };
  const parts = { adapterService, bus, directory, logger, metrics, publicUrl };
  const adapters = new Map([[wechatManifest.type, createWechatAdapter(send)]]);
  const deliveries = createDeliveries({
    ...o,
    ...parts,
    adapters,
    holding: createHolding({ holds, answerOnly, directory, now }),
  });
  const fetching = createMediaFetching({ ...o, ...parts, adapters });
  const reception = {
    ...send,
    inbox,
    holds,
    logger,
    deliveries: deliveries.held,
    http: connections.forChannel,
    noteUnanswered: (customer: Customer, forMs: number) =>
      database.transaction({ tenants: [customer.tenantId] }, (tx) => noteUnanswered(tx, customer, forMs)),
    holdMs: o.holdMs ?? defaultHoldMs,
    maxHeld: o.maxHeld ?? defaultMaxHeld,
  };
  const receiving = new Map([[wechatManifest.type, createWechatAdapter({ ...send, reception })]]);
  const registration = createRegistration({
    manifests: [wechatManifest],
    register: (request) => o.registry.registerChannelTypes(request),
    logger,
  });
  let unfollow = () => {};

  return {
    rpc: [],
    http(server) {
      registerWebhookRoutes(server, {
        ...parts,
        adapters: receiving,
        deliveries,
        ingest: createIngest(parts),
        channelLog: createChannelLog(parts),
        ...(o.catchAll ? { catchAll: true } : {}),
      });
      // A server that closes waits for what is held open, which is held here.
      server.addHook('preClose', async () => holds.stop());
    },
    async start() {
      unfollow = directory.onChanged((change) => {
        if (change.kind === 'Channel') answerOnly.forget(change.id);
      });
      await Promise.all([deliveries.start(), fetching.start()]);
      prune.begin();
      // Not awaited: the directory may start later, and pushes to known channels need not wait for it.
      void registration.start();
    },
    async stop() {
      unfollow();
      registration.stop();
      holds.stop();
      await inbox.drain();
      await prune.stop();
      await fetching.stop();
      await deliveries.stop();
      await connections.close();
    },
  };
}

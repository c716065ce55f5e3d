import {
  type AdapterServiceOptions,
  createChannelLog,
  createDeliveries,
  createRegistration,
} from '@omnigate/channel-kit';
import type { RpcService } from '@omnigate/rpc';
import { createSignals, type ServiceApp } from '@omnigate/runtime';
import type { FastifyInstance } from 'fastify';
import { createHolders } from './holders';
import { registerChatRoutes } from './http/chat-routes';
import { registerMediaRoutes } from './http/media-routes';
import { createInbound } from './inbound';
import { createMailboxes } from './mailboxes';
import { adapterService, webManifest } from './manifest';
import { createReceipts } from './receipts';
import { createShowFiles } from './shown-files';
import { closeCode, closeConnection } from './socket/connection';
import { refresh } from './socket/conversation';
import { createHeartbeat } from './socket/heartbeat';
import { createSockets } from './socket/upgrade';
import { createChannelKeys } from './store/channel-keys';
import { createVisits } from './visits';
import { createDirectSends, createWebAdapter } from './web-adapter';

/** What the web channel stands on. */
export interface ChannelWebDeps extends AdapterServiceOptions {
  /** Sockets at most; default 20,000. */
  maxSockets?: number;
  /** The widget's bundle; default: dist/widget.js of this package. */
  widgetBundle?: string;
  /** Milliseconds that a long poll waits; default 25,000. */
  pollMs?: number;
  /** Length of the heartbeat's tick; default 1,000 ms. */
  tickMs?: number;
}

const defaultMaxSockets = 20_000;

/** Makes the web channel: its routes and sockets, its mailboxes, and the sender that fills them. */
export function createChannelWeb(deps: ChannelWebDeps): ServiceApp<RpcService, FastifyInstance> {
  const { database, bus, state, directory, logger, metrics, publicUrl } = deps;
  const signals = createSignals(metrics, `${adapterService}.received`);
  const holders = createHolders(state, (err) => logger.warn({ err }, 'wake-up not published'));
  const showFiles = createShowFiles(deps.mediaLinks, publicUrl);
  const mailboxes = createMailboxes({ database, bus, showFiles, appended: holders.announce });
  const adapters = new Map([[webManifest.type, createWebAdapter(mailboxes)]]);
  const direct = createDirectSends({ mailboxes, directory });
  const deliveries = createDeliveries({ ...deps, adapterService, adapters, direct });
  const receipts = createReceipts({ database, recordStatuses: deliveries.recordStatuses });
  const channelLog = createChannelLog({ bus, adapterService, logger });
  const visits = createVisits({
    directory,
    keys: createChannelKeys(database),
    publicUrl,
    originRefused: (channel) =>
      channelLog.record(channel, {
        stage: 'receive',
        code: 'ORIGIN_REFUSED',
        detail: 'A page of another origin tried to chat; name its origin in allowed_origins if it may.',
      }),
  });
  const inbound = createInbound({ mailboxes, state, signals });
  const heartbeat = createHeartbeat({
    mailboxes,
    behind: (connection) => refresh(connection, { mailboxes, logger }),
    onFailure: (err) => logger.warn({ err }, 'mailboxes not looked at'),
    ...(deps.tickMs === undefined ? {} : { tickMs: deps.tickMs }),
  });
  const conversation = { visits, inbound, mailboxes, receipts, holders, heartbeat, logger };
  const sockets = createSockets({ ...conversation, maxSockets: deps.maxSockets ?? defaultMaxSockets });
  metrics.gauge('omnigate_web_sockets', 'Open sockets of web chat.', [], (gauge) =>
    gauge.set(sockets.count()),
  );
  const registration = createRegistration({
    manifests: [webManifest],
    register: (request) => deps.registry.registerChannelTypes(request),
    logger,
  });
  let stopFollowing = () => {};

  /** Pages of a channel that is gone are sent away; coming back they are told 404. */
  function closeDeleted(channelId: string): void {
    for (const connection of heartbeat.connections()) {
      if (connection.channel.id === channelId) closeConnection(connection, closeCode.policy);
    }
  }

  /** Sends pages away and answers long polls: none of them waits for the end of the process. */
  async function release(): Promise<void> {
    holders.stop();
    await sockets.stop();
  }

  return {
    rpc: [],
    http(server) {
      registerChatRoutes(server, { ...deps, ...conversation });
      registerMediaRoutes(server, deps);
      sockets.attach(server.server);
      // A server that closes waits for what is held open, which is held here.
      server.addHook('preClose', release);
    },
    async start() {
      stopFollowing = directory.onChanged((change) => {
        if (change.kind === 'Channel' && change.deleted) closeDeleted(change.id);
      });
      await registration.start();
      await deliveries.start();
    },
    async stop() {
      stopFollowing();
      registration.stop();
      await release();
      heartbeat.stop();
      // Receipts are applied by the sender, and what it sends is appended.
      await receipts.drain();
      await deliveries.stop();
      await mailboxes.drain();
    },
  };
}

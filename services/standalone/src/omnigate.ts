import { join, resolve } from 'node:path';
import { analyticsSchema, createAnalytics } from '@omnigate/analytics';
import { botSchema, createBot } from '@omnigate/bot';
import { createPostgresBus } from '@omnigate/bus';
import { channelEmailSchema, createChannelEmail, listenerConfigFrom } from '@omnigate/channel-email';
import { channelWebSchema, createChannelWeb } from '@omnigate/channel-web';
import { channelWebhooksSchema, createChannelWebhooks } from '@omnigate/channel-webhooks';
import { channelWechatSchema, createChannelWechat } from '@omnigate/channel-wechat';
import {
  AnalyticsServiceService,
  BotServiceService,
  ConversationServiceService,
  IntegrationServiceService,
  RegistryServiceService,
  TicketServiceService,
} from '@omnigate/contracts';
import { createDemo } from '@omnigate/demo';
import { createDirectory, directorySchema } from '@omnigate/directory';
import { createDirectoryCache } from '@omnigate/directory-cache';
import { type Addresses, encryptionKey, ownerKey } from '@omnigate/installation';
import { createIntegration, integrationSchema } from '@omnigate/integration';
import { createRouting, routingSchema } from '@omnigate/routing';
import { createInProcessClient, createServer } from '@omnigate/rpc';
import { createHealth, createMetrics, type Logger, type Part, startTracing } from '@omnigate/runtime';
import { createHttpServer, openMedia, openSchema } from '@omnigate/service-process';
import { createLocalState } from '@omnigate/state';
import { createTicket, ticketSchema } from '@omnigate/ticket';
import type { Config } from './config';
import { type DatabaseServer, openDatabaseServer } from './databases';
import { applyDemo, demoClient, tellCli } from './introduction';
import { grpcPart, httpPart, mailPart } from './ports';
import { serviceOf } from './service-of';

/** What composing needs. */
export interface OmnigateOptions {
  config: Config;
  logger: Logger;
  /** Takes a line for people about work that takes a while. */
  onProgress(line: string): void;
}

/** All services in one process. */
export interface Omnigate {
  parts: Part[];
  /** Known once every part has started. */
  addresses(): Addresses;
  ready(): Promise<boolean>;
}

const clock = (): Date => new Date();

/**
 * Composes all services in one process on PostgreSQL: RPC is called in process, and listens for others.
 *
 * @param options configuration and where to tell progress.
 * @returns the parts in the order in which they start; they stop in reverse.
 * @throws AppError CONFIG_INVALID, DATABASE_UNAVAILABLE.
 */
export async function createOmnigate(options: OmnigateOptions): Promise<Omnigate> {
  const { config, logger, onProgress } = options;
  const folder = resolve(config.OMNIGATE_DATA_DIR);
  const key = encryptionKey(folder, config.OMNIGATE_ENCRYPTION_KEY);
  const adminKey = ownerKey(folder, config.OMNIGATE_ADMIN_KEY);
  const tracing = startTracing({
    service: 'omnigate',
    endpoint: config.OTEL_EXPORTER_OTLP_ENDPOINT,
    ratio: config.OTEL_TRACES_SAMPLER_ARG,
  });
  const server = await openDatabaseServer({
    dataFolder: folder,
    url: config.DATABASE_URL,
    migrationUrl: config.DATABASE_MIGRATION_URL,
    logger,
    onProgress,
  });
  return compose({ ...options, folder, key, adminKey, server, tracing });
}

interface Composition extends OmnigateOptions {
  folder: string;
  key: Buffer;
  adminKey: string;
  server: DatabaseServer;
  tracing: { stop(): Promise<void> };
}

function compose(composition: Composition): Omnigate {
  const { config, logger, server, folder, adminKey } = composition;
  const publicUrl = config.OMNIGATE_PUBLIC_URL ?? `http://127.0.0.1:${config.OMNIGATE_HTTP_PORT}`;
  const metrics = createMetrics();
  const health = createHealth();
  const open = (schema: Parameters<typeof openSchema>[1], poolSize: number) =>
    openSchema(server.url, schema, { poolSize, logger });
  const databases = {
    directory: open(directorySchema, 3),
    routing: open(routingSchema, 8),
    bot: open(botSchema, 3),
    integration: open(integrationSchema, 3),
    webhooks: open(channelWebhooksSchema, 5),
    web: open(channelWebSchema, 5),
    ticket: open(ticketSchema, 3),
    analytics: open(analyticsSchema, 4),
    wechat: open(channelWechatSchema, 5),
    email: open(channelEmailSchema, 4),
  };
  const bus = createPostgresBus({
    url: server.url,
    listenUrl: server.migrationUrl,
    logger,
    metrics,
    exclusive: true,
  });
  const state = createLocalState();
  const directory = createDirectory({
    database: databases.directory,
    bus,
    logger,
    metrics,
    encryptionKey: composition.key,
    publicUrl,
    adminKey,
    fetchAllow: config.OMNIGATE_FETCH_ALLOW,
  });
  const registry = createInProcessClient(serviceOf(directory.rpc, RegistryServiceService));
  const cache = createDirectoryCache({ registry, bus, logger });
  const shared = { bus, state, directory: cache, registry, logger, metrics, exclusive: true, clock };
  const adapter = {
    ...shared,
    ...openMedia({
      folder: config.OMNIGATE_MEDIA_DIR ?? join(folder, 'media'),
      secret: composition.key,
      publicUrl,
    }),
    publicUrl,
    sendsInFlight: config.OMNIGATE_SENDS_IN_FLIGHT,
    fetchAllow: config.OMNIGATE_FETCH_ALLOW,
  };
  const integration = createIntegration({ ...shared, database: databases.integration });
  const integrationClient = createInProcessClient(serviceOf(integration.rpc, IntegrationServiceService));
  const bot = createBot({ ...shared, database: databases.bot, integration: integrationClient });
  const botClient = createInProcessClient(serviceOf(bot.rpc, BotServiceService));
  const routing = createRouting({ ...shared, database: databases.routing, bot: botClient });
  const conversations = createInProcessClient(serviceOf(routing.rpc, ConversationServiceService));
  const ticket = createTicket({ ...shared, database: databases.ticket, conversations });
  const webhooks = createChannelWebhooks({ ...adapter, database: databases.webhooks });
  const web = createChannelWeb({ ...adapter, database: databases.web });
  const analytics = createAnalytics({ ...shared, database: databases.analytics });
  const wechat = createChannelWechat({ ...adapter, database: databases.wechat });
  const email = createChannelEmail({
    ...adapter,
    database: databases.email,
    listener: listenerConfigFrom(config, publicUrl),
  });
  const demo = createDemo({
    ...adapter,
    tickets: demoClient(ticket.rpc, TicketServiceService),
    analytics: demoClient(analytics.rpc, AnalyticsServiceService),
    shown: config.OMNIGATE_DEMO === '1',
  });
  const http = createHttpServer({ health, metrics });
  webhooks.http?.(http);
  web.http?.(http);
  wechat.http?.(http);
  demo.http?.(http);
  const rpc = createServer({
    services: [directory, routing, bot, ticket, analytics, integration].flatMap(({ rpc }) => rpc),
    authenticate: (apiKey) => cache.authenticate(apiKey),
    resolveTenant: (nameOrId) => cache.resolveTenant(nameOrId),
    logger,
    metrics,
    health,
  });
  const addresses: Addresses = { httpUrl: '', publicUrl, grpcAddress: '', smtpAddress: '' };
  health.addReadiness('started', () => addresses.grpcAddress !== '');
  health.addReadiness(
    'database',
    async () => (await databases.directory.query({ text: 'select 1' })).length > 0,
  );
  const pools = Object.values(databases);
  return {
    addresses: () => addresses,
    ready: async () => (await health.readiness()).ready,
    parts: [
      // Stops last: all others may have spans to hand on.
      { name: 'tracing', stop: () => composition.tracing.stop() },
      { name: 'database server', stop: () => server.stop() },
      { name: 'databases', stop: async () => void (await Promise.all(pools.map((pool) => pool.end()))) },
      { name: 'state', stop: () => state.stop() },
      { name: 'bus', start: () => bus.start(), stop: () => bus.stop() },
      { name: 'directory', start: () => directory.start(), stop: () => directory.stop() },
      { name: 'directory cache', start: async () => cache.start(), stop: () => cache.stop() },
      {
        name: 'bootstrap',
        start: async () => void (await directory.bootstrap()),
        stop: async () => undefined,
      },
      { name: 'integration', start: () => integration.start(), stop: () => integration.stop() },
      { name: 'bot', start: () => bot.start(), stop: () => bot.stop() },
      { name: 'routing', start: () => routing.start(), stop: () => routing.stop() },
      { name: 'ticket', start: () => ticket.start(), stop: () => ticket.stop() },
      { name: 'analytics', start: () => analytics.start(), stop: () => analytics.stop() },
      { name: 'channel-webhooks', start: () => webhooks.start(), stop: () => webhooks.stop() },
      { name: 'channel-web', start: () => web.start(), stop: () => web.stop() },
      { name: 'channel-wechat', start: () => wechat.start(), stop: () => wechat.stop() },
      mailPart(email, addresses),
      {
        name: 'demo',
        start: () => applyDemo({ ...composition, publicUrl, cache, services: directory.rpc }),
        stop: () => demo.stop(),
      },
      grpcPart(rpc, config, addresses, health),
      httpPart(http, config, addresses),
      {
        name: 'credentials',
        start: () => tellCli({ cache, folder, adminKey, addresses }),
        stop: async () => undefined,
      },
    ],
  };
}

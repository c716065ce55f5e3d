import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import {
  type Content,
  type Media,
  PartyRole,
  RegistryServiceService,
  ResolveChannelResponse,
  ResolvedChannel,
  ResourceChanged,
  resourceKey,
  topics,
} from '@omnigate/contracts';
import { createDirectoryCache } from '@omnigate/directory-cache';
import { AppError } from '@omnigate/errors';
import { createInProcessClient, defineService } from '@omnigate/rpc';
import { createHealth, newId } from '@omnigate/runtime';
import { createHttpServer } from '@omnigate/service-process';
import { createLocalState } from '@omnigate/state';
import {
  createWebVisitor,
  openAdapterBed,
  openTestMedia,
  sendRecord,
  type WebVisitor,
  type WebVisitorOptions,
} from '@omnigate/testkit';
import { type ChannelWebDeps, createChannelWeb } from '../app';
import { channelWebSchema } from '../index';

/** Web chat with everything real below it: PostgreSQL, bus, deliveries, a listening server. Directory is a list of channels. */
export type WebChatBed = Awaited<ReturnType<typeof startWebChat>>;

/** As the build does. */
function bundleWidget(): string {
  const service = join(__dirname, '..', '..');
  const script = join(service, '..', '..', 'scripts', 'bundle-page.mjs');
  return execFileSync(process.execPath, [script, join(service, 'widget', 'src', 'main.ts')], {
    encoding: 'utf8',
  });
}

/** A registry that knows the channels of a list. */
function registryOf(channels: Map<string, ResolvedChannel>) {
  const nobody = async (): Promise<never> => {
    throw new AppError('UNIMPLEMENTED');
  };
  const allow = {
    registerChannelTypes: ['service'],
    resolveChannel: ['service'],
    resolveTenant: ['service'],
    listTenants: ['service'],
    authenticateApiKey: ['service'],
    snapshotResources: ['service'],
    resolveConnectors: ['service'],
  } as const;
  const service = defineService(RegistryServiceService, allow, {
    registerChannelTypes: async () => ({}),
    resolveChannel: async ({ channelId, name }, { identity }) => {
      const named = [...channels.values()].find(
        (each) => each.name === name && each.tenantId === identity.tenantId,
      );
      const channel = channels.get(channelId) ?? named;
      if (!channel) throw new AppError('NOT_FOUND');
      return ResolveChannelResponse.fromPartial({ channel });
    },
    resolveTenant: nobody,
    listTenants: nobody,
    authenticateApiKey: nobody,
    snapshotResources: nobody,
    resolveConnectors: nobody,
  });
  return createInProcessClient(service);
}

/** Starts web chat on a database and a port of its own. */
export async function startWebChat(overrides: Partial<ChannelWebDeps> = {}) {
  const bed = await openAdapterBed(channelWebSchema, { unsafeNoSync: true });
  const { database, bus, logger, metrics, published } = bed;
  const channels = new Map<string, ResolvedChannel>();
  const registry = registryOf(channels);
  const directory = createDirectoryCache({ registry, bus, logger, negativeTtlMs: 0 });
  const state = createLocalState();
  const server = createHttpServer({ health: createHealth(), metrics, trustProxy: ['127.0.0.0/8'] });
  const port = { number: 0 };
  await directory.start();
  const { drop: dropFiles, ...files } = openTestMedia('http://chat.test');
  const app = createChannelWeb({
    ...files,
    database,
    bus,
    state,
    directory,
    registry,
    logger,
    metrics,
    publicUrl: 'http://chat.test',
    sendsInFlight: 32,
    exclusive: true,
    widgetBundle: bundleWidget(),
    ...overrides,
  });
  app.http?.(server);
  await server.listen({ host: '127.0.0.1', port: 0 });
  const address = server.server.address();
  port.number = typeof address === 'object' && address ? address.port : 0;
  const baseUrl = `http://127.0.0.1:${port.number}`;
  await app.start();

  function addChannel(config: Record<string, unknown> = {}, tenantId = newId()): ResolvedChannel {
    const channel = ResolvedChannel.fromPartial({
      id: newId(),
      tenantId,
      name: 'site',
      type: 'web',
      firstResponder: 'bot',
      maxPerSecond: 1_000,
      config,
    });
    channels.set(channel.id, channel);
    return channel;
  }

  /** Deletes a channel and tells it, as directory does. */
  async function deleteChannel({ id, name, tenantId }: ResolvedChannel): Promise<void> {
    channels.delete(id);
    await bus.append({
      topic: topics.resourceChanged,
      key: resourceKey('Channel', id),
      value: ResourceChanged.encode({ kind: 'Channel', id, name, tenantId, deleted: true }).finish(),
      eventId: newId(),
      type: 'omnigate.directory.v1.ResourceChanged',
      tenantId,
    });
  }

  /** Publishes what routing would: a message to a visitor. */
  async function send(
    channel: ResolvedChannel,
    to: string,
    message: {
      text?: string;
      content?: Content;
      attachments?: Media[];
      role?: PartyRole;
      name?: string;
      messageId?: string;
    },
  ): Promise<string> {
    const { text = '', role = PartyRole.PARTY_ROLE_BOT, name = '', ...rest } = message;
    const sender = { role, name };
    const record = sendRecord('channel-web', channel, { ...rest, to, text, sender, createTime: new Date() });
    // One message may be asked for twice.
    await bus.append({ ...record, eventId: newId() });
    return record.eventId;
  }

  const visitor = (channel: ResolvedChannel, o: Partial<WebVisitorOptions> = {}): WebVisitor =>
    createWebVisitor({ baseUrl, channelId: channel.id, ...o });

  async function stop(): Promise<void> {
    // As a process does: no receipt comes once they are all kept.
    await server.close();
    await app.stop();
    await directory.stop();
    await bed.close();
    await state.stop();
    dropFiles();
  }

  return {
    url: bed.databaseUrl,
    baseUrl,
    database,
    state,
    media: files.media,
    /** Closes the HTTP server alone. */
    close: () => server.close(),
    channels,
    received: published.messages,
    statuses: published.statuses,
    addChannel,
    deleteChannel,
    send,
    visitor,
    stop,
  };
}

/** Waits until a condition holds; fails with what it was after 10 s. */
export async function eventually(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`not within 10 s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

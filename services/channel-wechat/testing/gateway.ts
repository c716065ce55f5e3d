import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { type Bus, type BusRecord, busSchema, createPostgresBus } from '@omnigate/bus';
import { channelTypeOf } from '@omnigate/channel-kit';
import {
  ChannelLogged,
  type Content,
  type DeliveryState,
  MediaStored,
  MessageReceived,
  MessageSend,
  MessageStatus,
  messageKey,
  PartyRole,
  ResolvedChannel,
  type ResourceChanged,
  topics,
} from '@omnigate/contracts';
import { createDatabase, type Database } from '@omnigate/database';
import type { DirectoryCache } from '@omnigate/directory-cache';
import { AppError } from '@omnigate/errors';
import { createLogger, createMetrics, newId } from '@omnigate/runtime';
import { createLocalState, type State } from '@omnigate/state';
import {
  createWechatSimulator,
  freshDatabase,
  openTestMedia,
  type TestMedia,
  type WechatSimulator,
} from '@omnigate/testkit';
import fastify from 'fastify';
import { channelWechatSchema, createChannelWechat, wechatManifest } from '../src';

/** How the gateway of a test differs from the usual. */
export interface GatewayOptions {
  /** What `spec.config` has besides. */
  config?: Record<string, unknown>;
  firstResponder?: string;
  /** Pushes come in plain text. */
  plain?: boolean;
  /** After which the simulator gives an attempt up. */
  attemptMs?: number;
  /** Default 1,000, so that tests need not wait. */
  holdMs?: number;
  /** Another process of the same service, with the same database, provider, channel and shared state; it is stopped first. */
  beside?: Gateway;
  /** What the service is given in place of the bus. */
  bus?(bus: Bus): Bus;
  /** What the service is given in place of the shared state. */
  state?(state: State): State;
}

/** A message to be sent, in short. */
export interface Outgoing {
  to?: string;
  text?: string;
  content?: Content;
  role?: PartyRole;
  notAfter?: Date;
}

/** channel-wechat with real bus and database, the simulator of WeChat, and a channel made by hand. */
export interface Gateway {
  databaseUrl: string;
  /** The service's own, as its serving role. */
  database: Database;
  bus: Bus;
  state: State;
  files: TestMedia;
  wechat: WechatSimulator;
  channel: ResolvedChannel;
  channels: Map<string, ResolvedChannel>;
  webhookUrl: string;
  received: MessageReceived[];
  statuses: MessageStatus[];
  channelLog: ChannelLogged[];
  /** What became of customers' files. */
  stored: MediaStored[];
  /** Another configuration, as `apply` makes it. */
  changeChannel(config: Record<string, unknown>): void;
  /** Publishes sends in order, as one batch. @returns the message ids */
  send(...messages: Outgoing[]): Promise<string[]>;
  /** States published of a message, in order. */
  statesOf(messageId: string): DeliveryState[];
  stop(): Promise<void>;
}

const logger = createLogger({ service: 'channel-wechat-test', level: 'silent' });
/** A follower. */
export const openId = 'oia2TjjewbmiOUlr6X-1crbLOvLw';

/** Starts a gateway; the caller stops it. */
export async function startGateway(o: GatewayOptions = {}): Promise<Gateway> {
  const metrics = createMetrics();
  const { beside } = o;
  const fresh = beside
    ? { url: beside.databaseUrl, drop: async () => {} }
    : await freshDatabase([busSchema, channelWechatSchema]);
  const { schema, role } = channelWechatSchema;
  const database = createDatabase({ url: fresh.url, schema, role, applicationName: 'test', logger });
  const bus = createPostgresBus({ url: fresh.url, logger, metrics, exclusive: false });
  await bus.start();
  const wechat = beside?.wechat ?? (await startWechat(o));
  const channels = beside?.channels ?? new Map<string, ResolvedChannel>();
  const channel = beside?.channel ?? createChannel(wechat, o);
  channels.set(channel.id, channels.get(channel.id) ?? channel);
  const listeners = new Set<(change: ResourceChanged) => void>();
  const seen = createSeen();
  const follower = bus.follow({
    topics: [topics.messageReceived, topics.messageStatus, topics.channelLog, topics.mediaStored],
    handle: (records) => records.forEach(seen.note),
  });
  await follower.ready;
  const state = beside?.state ?? createLocalState();
  const files = beside?.files ?? openTestMedia();
  const app = createChannelWechat({
    media: files.media,
    mediaLinks: files.mediaLinks,
    database,
    bus: o.bus?.(bus) ?? bus,
    state: o.state?.(state) ?? state,
    directory: directoryOf(channels, listeners),
    registry: { registerChannelTypes: async () => ({}) },
    logger,
    metrics,
    publicUrl: 'https://gate.example.com',
    sendsInFlight: 8,
    exclusive: !beside,
    catchAll: true,
    holdMs: o.holdMs ?? 1_000,
  });
  const server = fastify({ forceCloseConnections: true });
  app.http?.(server);
  await server.listen({ port: 0, host: '127.0.0.1' });
  await app.start();
  const { port } = server.server.address() as AddressInfo;
  const webhookUrl = `http://127.0.0.1:${port}/webhooks/${channel.type}/${channel.id}`;
  if (!beside) wechat.webhookUrl = webhookUrl;

  return {
    databaseUrl: fresh.url,
    database,
    bus,
    state,
    files,
    wechat,
    channel,
    channels,
    webhookUrl,
    received: seen.received,
    statuses: seen.statuses,
    channelLog: seen.channelLog,
    stored: seen.stored,
    changeChannel(config) {
      const before = channels.get(channel.id) ?? channel;
      channels.set(channel.id, { ...before, config: { ...before.config, ...config } });
      const { id, name, tenantId } = channel;
      for (const listener of listeners) listener({ kind: 'Channel', id, name, tenantId, deleted: false });
    },
    async send(...messages) {
      const records = messages.map((message) => toRecord(channel, message));
      await bus.appendAll(records);
      return records.map((record) => record.eventId);
    },
    statesOf: (messageId) =>
      seen.statuses.filter((status) => status.messageId === messageId).map((status) => status.state),
    async stop() {
      await server.close();
      await app.stop();
      await follower.stop();
      await bus.stop();
      await database.end();
      if (beside) return;
      await state.stop();
      files.drop();
      await wechat.stop();
      await fresh.drop();
    },
  };
}

function startWechat(o: GatewayOptions): Promise<WechatSimulator> {
  return createWechatSimulator({
    ...(o.plain ? { encodingAesKey: '' } : {}),
    ...(o.attemptMs ? { attemptMs: o.attemptMs } : {}),
  });
}

function createChannel({ account, url }: WechatSimulator, o: GatewayOptions): ResolvedChannel {
  return ResolvedChannel.fromPartial({
    id: randomUUID(),
    tenantId: randomUUID(),
    name: 'shop-wechat',
    type: 'wechat-official',
    firstResponder: o.firstResponder ?? 'bot',
    maxPerSecond: 10_000,
    config: {
      app_id: account.appId,
      app_secret: account.appSecret,
      token: account.token,
      ...(account.encodingAesKey ? { encoding_aes_key: account.encodingAesKey } : {}),
      original_id: account.originalId,
      api_base_url: url,
      ...o.config,
    },
    channelType: channelTypeOf(wechatManifest),
    privateApiAllowed: true,
  });
}

/** The answer of a directory that holds channels made by hand. */
function directoryOf(
  channels: Map<string, ResolvedChannel>,
  listeners: Set<(change: ResourceChanged) => void>,
): DirectoryCache {
  return {
    peekChannel: (id) => channels.get(id),
    channel: async (id) => channels.get(id),
    renewChannel: async (id) => channels.get(id),
    channelByName: async () => undefined,
    channelByAddress: async () => undefined,
    peekTenant: () => undefined,
    tenant: async () => undefined,
    renewTenant: async () => undefined,
    authenticate: () => Promise.reject(new AppError('UNAUTHENTICATED')),
    resolveTenant: () => Promise.reject(new AppError('NOT_FOUND')),
    onChanged: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    start: async () => {},
    stop: async () => {},
  };
}

function createSeen() {
  const received: MessageReceived[] = [];
  const statuses: MessageStatus[] = [];
  const channelLog: ChannelLogged[] = [];
  const stored: MediaStored[] = [];
  const note = ({ topic, value }: BusRecord) => {
    if (topic === topics.messageReceived) received.push(MessageReceived.decode(value));
    else if (topic === topics.messageStatus) statuses.push(MessageStatus.decode(value));
    else if (topic === topics.mediaStored) stored.push(MediaStored.decode(value));
    else channelLog.push(ChannelLogged.decode(value));
  };
  return { received, statuses, channelLog, stored, note };
}

function toRecord(channel: ResolvedChannel, message: Outgoing) {
  const { to: address = openId, text = 'hello' } = message;
  const messageId = newId();
  const send = MessageSend.fromPartial({
    messageId,
    tenantId: channel.tenantId,
    channel: { type: channel.type, id: channel.id },
    address,
    conversationId: randomUUID(),
    sender: { role: message.role ?? PartyRole.PARTY_ROLE_BOT },
    content: message.content ?? { kind: { $case: 'text', value: { body: text } } },
    ...(message.notAfter ? { notAfter: message.notAfter } : {}),
  });
  return {
    topic: topics.messageSend('channel-wechat'),
    key: messageKey(channel.id, address, ''),
    value: MessageSend.encode(send).finish(),
    eventId: messageId,
    type: 'omnigate.message.v1.MessageSend',
    tenantId: channel.tenantId,
  };
}

// Below Jest's own limit, so that a loop does not outlive its test.
const patienceMs = 20_000;

/** Waits until a condition holds. @throws Error when it doesn't for too long */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadlineMs = performance.now() + patienceMs;
  while (!(await condition())) {
    if (performance.now() > deadlineMs) throw new Error(`still not: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

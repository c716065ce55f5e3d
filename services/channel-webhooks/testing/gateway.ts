import { randomUUID } from 'node:crypto';
import { type AddressInfo, createServer } from 'node:net';
import { type Bus, type BusRecord, busSchema, createPostgresBus, type OutgoingRecord } from '@omnigate/bus';
import { type ChannelAdapter, channelTypeOf } from '@omnigate/channel-kit';
import {
  ChannelLogged,
  type Content,
  type DeliveryState,
  MessageReceived,
  MessageSend,
  MessageStatus,
  messageKey,
  ResolvedChannel,
  type ResourceChanged,
  topics,
} from '@omnigate/contracts';
import { createDatabase, type Database } from '@omnigate/database';
import type { DirectoryCache } from '@omnigate/directory-cache';
import { AppError } from '@omnigate/errors';
import { createLogger, createMetrics, type Metrics, newId } from '@omnigate/runtime';
import { createLocalState } from '@omnigate/state';
import {
  createTwilioSimulator,
  freshDatabase,
  openTestMedia,
  type TwilioSimulator,
  type TwilioSimulatorOptions,
} from '@omnigate/testkit';
import fastify from 'fastify';
import { channelWebhooksSchema, createChannelWebhooks } from '../src';
import { smsTwilio } from '../src/channels/sms-twilio/adapter';

/** Of the account in these tests. */
export const account = { accountSid: 'AC1', authToken: 'token-of-the-tests', from: '+14155550100' };

/** How the gateway of a test differs from the usual. */
export interface GatewayOptions {
  twilio?: Partial<TwilioSimulatorOptions>;
  sendsInFlight?: number;
  adapters?: readonly ChannelAdapter[];
  /** The service is started by the test. */
  idle?: boolean;
  /** Another process of the same service, with the same database, provider and channels; it is stopped first. */
  beside?: Gateway;
  /** Default true, but beside another. */
  exclusive?: boolean;
  /** What the service is given in place of the bus. */
  bus?(bus: Bus): Bus;
}

/** A message to be sent, in short. */
export interface Outgoing {
  channel?: ResolvedChannel;
  to?: string;
  text?: string;
  content?: Content;
  messageId?: string;
  priority?: number;
  notAfter?: Date;
}

/** channel-webhooks with real bus and database, the simulator of Twilio, and channels made by hand. */
export interface Gateway {
  url: string;
  /** A superuser's. */
  databaseUrl: string;
  channels: Channels;
  /** The service's own, as its serving role. */
  database: Database;
  bus: Bus;
  metrics: Metrics;
  twilio: TwilioSimulator;
  channel: ResolvedChannel;
  received: MessageReceived[];
  statuses: MessageStatus[];
  channelLog: ChannelLogged[];
  addChannel(o?: {
    tenantId?: string;
    maxPerSecond?: number;
    config?: Record<string, unknown>;
  }): ResolvedChannel;
  /** Another configuration, as `apply` makes it. */
  changeChannel(channel: ResolvedChannel, config: Record<string, unknown>): void;
  webhookUrl(channel?: ResolvedChannel): string;
  /** Publishes sends in order. @returns the message ids */
  send(...messages: Outgoing[]): Promise<string[]>;
  /** States published of a message, in order. */
  statesOf(messageId: string): DeliveryState[];
  start(): Promise<void>;
  /** Stops the service alone. */
  stopService(): Promise<void>;
  stop(): Promise<void>;
}

const logger = createLogger({ service: 'channel-webhooks-test', level: 'silent' });

/** Starts a gateway; the caller stops it. */
export async function startGateway(o: GatewayOptions = {}): Promise<Gateway> {
  const metrics = createMetrics();
  const fresh = o.beside
    ? { url: o.beside.databaseUrl, drop: async () => {} }
    : await freshDatabase([busSchema, channelWebhooksSchema]);
  const exclusive = o.exclusive ?? !o.beside;
  const { schema, role } = channelWebhooksSchema;
  const database = createDatabase({ url: fresh.url, schema, role, applicationName: 'test', logger });
  const bus = createPostgresBus({ url: fresh.url, logger, metrics, exclusive });
  await bus.start();
  const twilio = o.beside?.twilio ?? (await createTwilioSimulator({ ...account, ...o.twilio }));
  const channels = o.beside?.channels ?? createChannels(twilio.url);
  const seen = createSeen();
  const follower = bus.follow({
    topics: [topics.messageReceived, topics.messageStatus, topics.channelLog],
    handle: (records) => records.forEach(seen.note),
  });
  await follower.ready;
  const state = createLocalState();
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const { drop: dropFiles, ...files } = openTestMedia(url);
  const app = createChannelWebhooks({
    ...files,
    database,
    bus: o.bus?.(bus) ?? bus,
    state,
    directory: channels.directory,
    registry: { registerChannelTypes: async () => ({}) },
    logger,
    metrics,
    publicUrl: url,
    sendsInFlight: o.sendsInFlight ?? 8,
    exclusive,
    ...(o.adapters ? { adapters: o.adapters } : {}),
  });
  const server = fastify({ forceCloseConnections: true });
  app.http?.(server);
  await server.listen({ port, host: '127.0.0.1' });
  if (!o.idle) await app.start();

  return {
    url,
    databaseUrl: fresh.url,
    channels,
    database,
    bus,
    metrics,
    twilio,
    channel: o.beside?.channel ?? channels.add(),
    received: seen.received,
    statuses: seen.statuses,
    channelLog: seen.channelLog,
    addChannel: channels.add,
    changeChannel: channels.change,
    webhookUrl: (channel = channels.first()) => `${url}/webhooks/${channel.type}/${channel.id}`,
    async send(...messages) {
      const records = messages.map((message) => toRecord(message.channel ?? channels.first(), message));
      for (const group of Map.groupBy(records, (record) => record.tenantId).values())
        await bus.appendAll(group);
      return records.map((record) => record.eventId);
    },
    statesOf: (messageId) =>
      seen.statuses.filter((status) => status.messageId === messageId).map((status) => status.state),
    start: () => app.start(),
    stopService: () => app.stop(),
    async stop() {
      await server.close();
      await app.stop();
      await follower.stop();
      await bus.stop();
      await state.stop();
      await database.end();
      if (!o.beside) await twilio.stop();
      await fresh.drop();
      dropFiles();
    },
  };
}

type Channels = ReturnType<typeof createChannels>;

/** The answer of a directory that holds channels made by hand. */
function createChannels(apiBaseUrl: string) {
  const channels = new Map<string, ResolvedChannel>();
  const listeners = new Set<(change: ResourceChanged) => void>();
  const directory: DirectoryCache = {
    peekChannel: (id) => channels.get(id),
    channel: async (id) => channels.get(id),
    renewChannel: async (id) => channels.get(id),
    channelByName: async () => undefined,
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
  return {
    directory,
    first: () => channels.values().next().value as ResolvedChannel,
    add(
      o: { tenantId?: string; maxPerSecond?: number; config?: Record<string, unknown> } = {},
    ): ResolvedChannel {
      const { accountSid: account_sid, authToken: auth_token, from } = account;
      const channel = ResolvedChannel.fromPartial({
        id: randomUUID(),
        tenantId: o.tenantId ?? randomUUID(),
        name: 'shop-sms',
        type: 'sms-twilio',
        maxPerSecond: o.maxPerSecond ?? 10_000,
        config: { account_sid, auth_token, from, api_base_url: apiBaseUrl, ...o.config },
        channelType: channelTypeOf(smsTwilio.manifest),
        privateApiAllowed: true,
      });
      channels.set(channel.id, channel);
      return channel;
    },
    change(channel: ResolvedChannel, config: Record<string, unknown>): void {
      channels.set(channel.id, { ...channel, config: { ...channel.config, ...config } });
      const { id, name, tenantId } = channel;
      for (const listener of listeners) listener({ kind: 'Channel', id, name, tenantId, deleted: false });
    },
  };
}

function createSeen() {
  const received: MessageReceived[] = [];
  const statuses: MessageStatus[] = [];
  const channelLog: ChannelLogged[] = [];
  const note = ({ topic, value }: BusRecord) => {
    if (topic === topics.messageReceived) received.push(MessageReceived.decode(value));
    else if (topic === topics.messageStatus) statuses.push(MessageStatus.decode(value));
    else channelLog.push(ChannelLogged.decode(value));
  };
  return { received, statuses, channelLog, note };
}

function toRecord(channel: ResolvedChannel, message: Outgoing): OutgoingRecord {
  const { to: address = '+14158675309', text = 'hello', messageId = newId() } = message;
  const send = MessageSend.fromPartial({
    messageId,
    tenantId: channel.tenantId,
    channel: { type: channel.type, id: channel.id },
    address,
    conversationId: randomUUID(),
    content: message.content ?? { kind: { $case: 'text', value: { body: text } } },
    priority: message.priority ?? 0,
    ...(message.notAfter ? { notAfter: message.notAfter } : {}),
  });
  return {
    topic: topics.messageSend('channel-webhooks'),
    key: messageKey(channel.id, address, ''),
    value: MessageSend.encode(send).finish(),
    eventId: messageId,
    type: 'omnigate.message.v1.MessageSend',
    tenantId: channel.tenantId,
  };
}

// The public URL is part of what is signed and so must be known before the server listens.
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
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

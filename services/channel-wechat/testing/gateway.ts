import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import type { Bus } from '@omnigate/bus';
import { channelTypeOf } from '@omnigate/channel-kit';
import {
  type ChannelLogged,
  type Content,
  type DeliveryState,
  type MediaStored,
  type MessageReceived,
  type MessageStatus,
  PartyRole,
  ResolvedChannel,
} from '@omnigate/contracts';
import type { Database } from '@omnigate/database';
import { createLocalState, type State } from '@omnigate/state';
import {
  createHandMadeChannels,
  createWechatSimulator,
  type HandMadeChannels,
  openAdapterBed,
  openTestMedia,
  sendRecord,
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
  channels: HandMadeChannels;
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

/** A follower. */
export const openId = 'oia2TjjewbmiOUlr6X-1crbLOvLw';

/** Starts a gateway; the caller stops it. */
export async function startGateway(o: GatewayOptions = {}): Promise<Gateway> {
  const { beside } = o;
  const bed = await openAdapterBed(channelWechatSchema, { ...(beside ? { beside } : {}), exclusive: false });
  const { database, bus, logger, metrics, published } = bed;
  const wechat = beside?.wechat ?? (await startWechat(o));
  const channels = beside?.channels ?? createHandMadeChannels();
  const channel = beside?.channel ?? channels.put(createChannel(wechat, o));
  const state = beside?.state ?? createLocalState();
  const files = beside?.files ?? openTestMedia();
  const app = createChannelWechat({
    media: files.media,
    mediaLinks: files.mediaLinks,
    database,
    bus: o.bus?.(bus) ?? bus,
    state: o.state?.(state) ?? state,
    directory: channels.directory,
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
    databaseUrl: bed.databaseUrl,
    database,
    bus,
    state,
    files,
    wechat,
    channel,
    channels,
    webhookUrl,
    received: published.received,
    statuses: published.statuses,
    channelLog: published.channelLog,
    stored: published.stored,
    changeChannel: (config) => channels.change(channels.get(channel.id) ?? channel, config),
    async send(...messages) {
      const records = messages.map((message) => toRecord(channel, message));
      await bus.appendAll(records);
      return records.map((record) => record.eventId);
    },
    statesOf: published.statesOf,
    async stop() {
      await server.close();
      await app.stop();
      await bed.close();
      if (beside) return;
      await state.stop();
      files.drop();
      await wechat.stop();
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

function toRecord(channel: ResolvedChannel, message: Outgoing) {
  const { to = openId, text = 'hello', role = PartyRole.PARTY_ROLE_BOT, ...rest } = message;
  return sendRecord('channel-wechat', channel, { ...rest, to, text, sender: { role } });
}

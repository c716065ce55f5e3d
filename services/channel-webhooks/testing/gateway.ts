import { randomUUID } from 'node:crypto';
import { type AddressInfo, createServer } from 'node:net';
import type { Bus, OutgoingRecord } from '@omnigate/bus';
import { type ChannelAdapter, channelTypeOf } from '@omnigate/channel-kit';
import {
  type ChannelLogged,
  type Content,
  type DeliveryState,
  type MessageReceived,
  type MessageStatus,
  ResolvedChannel,
} from '@omnigate/contracts';
import type { Database } from '@omnigate/database';
import type { Metrics } from '@omnigate/runtime';
import { createLocalState } from '@omnigate/state';
import {
  createHandMadeChannels,
  createTwilioSimulator,
  openAdapterBed,
  openTestMedia,
  sendRecord,
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

/** Starts a gateway; the caller stops it. */
export async function startGateway(o: GatewayOptions = {}): Promise<Gateway> {
  const { beside, exclusive = !beside } = o;
  const bed = await openAdapterBed(channelWebhooksSchema, { ...(beside ? { beside } : {}), exclusive });
  const { database, bus, logger, metrics, published } = bed;
  const twilio = beside?.twilio ?? (await createTwilioSimulator({ ...account, ...o.twilio }));
  const channels = beside?.channels ?? createChannels(twilio.url);
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
    databaseUrl: bed.databaseUrl,
    channels,
    database,
    bus,
    metrics,
    twilio,
    channel: beside?.channel ?? channels.add(),
    received: published.received,
    statuses: published.statuses,
    channelLog: published.channelLog,
    addChannel: channels.add,
    changeChannel: channels.change,
    webhookUrl: (channel = channels.first()) => `${url}/webhooks/${channel.type}/${channel.id}`,
    async send(...messages) {
      const records = messages.map((message) => toRecord(message.channel ?? channels.first(), message));
      for (const group of Map.groupBy(records, (record) => record.tenantId).values())
        await bus.appendAll(group);
      return records.map((record) => record.eventId);
    },
    statesOf: published.statesOf,
    start: () => app.start(),
    stopService: () => app.stop(),
    async stop() {
      await server.close();
      await app.stop();
      await bed.close();
      await state.stop();
      if (!beside) await twilio.stop();
      dropFiles();
    },
  };
}

type Channels = ReturnType<typeof createChannels>;

/** Channels of the account at the provider's URL. */
function createChannels(apiBaseUrl: string) {
  const channels = createHandMadeChannels();
  return {
    ...channels,
    add(
      o: { tenantId?: string; maxPerSecond?: number; config?: Record<string, unknown> } = {},
    ): ResolvedChannel {
      const { accountSid: account_sid, authToken: auth_token, from } = account;
      return channels.put(
        ResolvedChannel.fromPartial({
          id: randomUUID(),
          tenantId: o.tenantId ?? randomUUID(),
          name: 'shop-sms',
          type: 'sms-twilio',
          maxPerSecond: o.maxPerSecond ?? 10_000,
          config: { account_sid, auth_token, from, api_base_url: apiBaseUrl, ...o.config },
          channelType: channelTypeOf(smsTwilio.manifest),
          privateApiAllowed: true,
        }),
      );
    },
  };
}

const toRecord = (
  channel: ResolvedChannel,
  { to = '+14158675309', text = 'hello', channel: _, ...message }: Outgoing,
): OutgoingRecord => sendRecord('channel-webhooks', channel, { ...message, to, text });

// The public URL is part of what is signed and so must be known before the server listens.
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

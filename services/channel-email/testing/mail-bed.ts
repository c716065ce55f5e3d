import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Bus, type BusRecord, busSchema, createPostgresBus } from '@omnigate/bus';
import { channelTypeOf } from '@omnigate/channel-kit';
import {
  type ChannelLogged,
  ChannelLogged as ChannelLoggedCodec,
  type Content,
  type DeliveryState,
  type Media,
  type Message,
  MessageReceived,
  MessageSend,
  MessageStatus,
  messageKey,
  PartyRole,
  ResolvedChannel,
  topics,
} from '@omnigate/contracts';
import { createDatabase, type Database } from '@omnigate/database';
import type { DirectoryCache } from '@omnigate/directory-cache';
import { AppError } from '@omnigate/errors';
import { createDirectoryMediaStore, createMediaLinks, type MediaStore } from '@omnigate/media';
import { createLogger, createMetrics, newId } from '@omnigate/runtime';
import { createLocalState } from '@omnigate/state';
import {
  freshDatabase,
  type MailProvider,
  type MailProviderOptions,
  startMailProvider,
} from '@omnigate/testkit';
import { type ChannelEmail, createChannelEmail } from '../src';
import type { ChannelEmailOptions } from '../src/app';
import { emailManifest } from '../src/manifest';
import { channelEmailSchema } from '../src/store/schema';

/** What a message to a customer is. */
export interface Outgoing {
  to?: string;
  text?: string;
  content?: Content;
  attachments?: Media[];
  threadKey?: string;
  role?: PartyRole;
  name?: string;
  channel?: ResolvedChannel;
}

/** How the bed differs from the usual. */
export interface MailBedOptions {
  provider?: MailProviderOptions;
  listener?: Partial<ChannelEmailOptions['listener']>;
  reader?: ChannelEmailOptions['reader'];
  bus?(bus: Bus): Bus;
  media?(store: MediaStore): MediaStore;
}

/** channel-email with real bus, database and store of files, a provider, and channels made by hand. */
export interface MailBed {
  provider: MailProvider;
  channel: ResolvedChannel;
  address: string;
  database: Database;
  media: MediaStore;
  received: Message[];
  statuses: MessageStatus[];
  channelLog: ChannelLogged[];
  smtpPort(): number;
  addChannel(o?: {
    address?: string;
    tenantId?: string;
    smtp?: object;
    privateApiAllowed?: boolean;
  }): ResolvedChannel;
  changeChannel(channel: ResolvedChannel, smtp: object): void;
  /** Says that the directory can't be asked. */
  setDirectoryAway(away: boolean): void;
  /** Publishes a message. @returns its id */
  send(message?: Outgoing): Promise<string>;
  /** States published of a message, in order. */
  statesOf(messageId: string): DeliveryState[];
  stop(): Promise<void>;
}

const logger = createLogger({ service: 'channel-email-test', level: 'silent' });

/** Starts a bed; the caller stops it. */
export async function startMailBed(o: MailBedOptions = {}): Promise<MailBed> {
  const metrics = createMetrics();
  const fresh = await freshDatabase([busSchema, channelEmailSchema]);
  const folder = mkdtempSync(join(tmpdir(), 'omnigate-mail-'));
  const { schema, role } = channelEmailSchema;
  const database = createDatabase({ url: fresh.url, schema, role, applicationName: 'test', logger });
  const bus = createPostgresBus({ url: fresh.url, logger, metrics, exclusive: true });
  await bus.start();
  const provider = await startMailProvider(o.provider);
  const channels = createChannels(provider, o.provider);
  const seen = createSeen();
  const follower = bus.follow({
    topics: [topics.messageReceived, topics.messageStatus, topics.channelLog],
    handle: (records) => records.forEach(seen.note),
  });
  await follower.ready;
  const state = createLocalState();
  const store = createDirectoryMediaStore({ folder });
  const app: ChannelEmail = createChannelEmail({
    database,
    bus: o.bus?.(bus) ?? bus,
    state,
    directory: channels.directory,
    registry: { registerChannelTypes: async () => ({}) },
    media: o.media?.(store) ?? store,
    mediaLinks: createMediaLinks({ key: Buffer.alloc(32), publicUrl: 'https://gate.example.com' }),
    logger,
    metrics,
    publicUrl: 'https://gate.example.com',
    sendsInFlight: 8,
    exclusive: true,
    listener: {
      host: '127.0.0.1',
      port: 0,
      name: 'gate.example.com',
      maxBytes: 2 * 1_048_576,
      ...o.listener,
    },
    ...(o.reader ? { reader: o.reader } : {}),
  });
  const channel = channels.add();
  await app.start();
  return {
    provider,
    channel,
    address: String(channel.config?.address),
    database,
    media: store,
    received: seen.received,
    statuses: seen.statuses,
    channelLog: seen.channelLog,
    smtpPort: () => Number(app.smtpAddress().split(':')[1]),
    addChannel: channels.add,
    changeChannel: channels.change,
    setDirectoryAway: channels.setAway,
    async send(message = {}) {
      const record = toRecord(message.channel ?? channel, message);
      await bus.append(record);
      return record.eventId;
    },
    statesOf: (messageId) =>
      seen.statuses.filter((status) => status.messageId === messageId).map((status) => status.state),
    async stop() {
      await app.stop();
      await follower.stop();
      await bus.stop();
      await state.stop();
      await database.end();
      await provider.stop();
      await fresh.drop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The answer of a directory that holds channels made by hand. */
function createChannels(provider: MailProvider, { credentials }: MailProviderOptions = {}) {
  const channels = new Map<string, ResolvedChannel>();
  const listeners = new Set<Parameters<DirectoryCache['onChanged']>[0]>();
  let away = false;
  const directory: DirectoryCache = {
    peekChannel: (id) => channels.get(id),
    channel: async (id) => channels.get(id),
    renewChannel: async (id) => channels.get(id),
    channelByName: async () => undefined,
    channelByAddress: async (type, address) => {
      if (away) throw new AppError('UNAVAILABLE');
      const wanted = address.toLowerCase();
      return [...channels.values()].find((each) => each.type === type && each.config?.address === wanted);
    },
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
    setAway: (value: boolean) => {
      away = value;
    },
    add(o: Parameters<MailBed['addChannel']>[0] = {}): ResolvedChannel {
      const smtp = { host: provider.host, port: provider.port, ...credentials, ...o.smtp };
      const channel = ResolvedChannel.fromPartial({
        id: randomUUID(),
        tenantId: o.tenantId ?? randomUUID(),
        name: 'shop-mail',
        type: 'email',
        maxPerSecond: 10_000,
        config: { address: o.address ?? 'shop@shop.example', smtp },
        channelType: channelTypeOf(emailManifest),
        privateApiAllowed: o.privateApiAllowed ?? true,
      });
      channels.set(channel.id, channel);
      return channel;
    },
    change(channel: ResolvedChannel, smtp: object): void {
      const config = channel.config as { smtp: object };
      channels.set(channel.id, { ...channel, config: { ...config, smtp: { ...config.smtp, ...smtp } } });
      const { id, name, tenantId } = channel;
      for (const listener of listeners) listener({ kind: 'Channel', id, name, tenantId, deleted: false });
    },
  };
}

function createSeen() {
  const received: Message[] = [];
  const statuses: MessageStatus[] = [];
  const channelLog: ChannelLogged[] = [];
  const note = ({ topic, value }: BusRecord) => {
    if (topic === topics.messageReceived) received.push(MessageReceived.decode(value).message as Message);
    else if (topic === topics.messageStatus) statuses.push(MessageStatus.decode(value));
    else channelLog.push(ChannelLoggedCodec.decode(value));
  };
  return { received, statuses, channelLog, note };
}

function toRecord(channel: ResolvedChannel, message: Outgoing) {
  const { to: address = 'li@customer.example', text = 'Hello', threadKey = '' } = message;
  const messageId = newId();
  const send = MessageSend.fromPartial({
    messageId,
    tenantId: channel.tenantId,
    channel: { type: channel.type, id: channel.id },
    address,
    threadKey,
    conversationId: randomUUID(),
    sender: { role: message.role ?? PartyRole.PARTY_ROLE_BOT, name: message.name ?? '' },
    content: message.content ?? { kind: { $case: 'text', value: { body: text } } },
    attachments: message.attachments ?? [],
  });
  return {
    topic: topics.messageSend('channel-email'),
    key: messageKey(channel.id, address, threadKey),
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

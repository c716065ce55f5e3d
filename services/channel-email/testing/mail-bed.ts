import { randomUUID } from 'node:crypto';
import type { Bus } from '@omnigate/bus';
import { channelTypeOf } from '@omnigate/channel-kit';
import {
  type ChannelLogged,
  type Content,
  type DeliveryState,
  type Media,
  type Message,
  type MessageStatus,
  PartyRole,
  ResolvedChannel,
} from '@omnigate/contracts';
import type { Database } from '@omnigate/database';
import type { MediaStore } from '@omnigate/media';
import { createLocalState } from '@omnigate/state';
import {
  createHandMadeChannels,
  type MailProvider,
  type MailProviderOptions,
  openAdapterBed,
  openTestMedia,
  sendRecord,
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

const publicUrl = 'https://gate.example.com';

/** Starts a bed; the caller stops it. */
export async function startMailBed(o: MailBedOptions = {}): Promise<MailBed> {
  const bed = await openAdapterBed(channelEmailSchema);
  const { database, bus, logger, metrics, published } = bed;
  const provider = await startMailProvider(o.provider);
  const channels = createChannels(provider, o.provider);
  const state = createLocalState();
  const files = openTestMedia(publicUrl);
  const app: ChannelEmail = createChannelEmail({
    database,
    bus: o.bus?.(bus) ?? bus,
    state,
    directory: channels.directory,
    registry: { registerChannelTypes: async () => ({}) },
    media: o.media?.(files.media) ?? files.media,
    mediaLinks: files.mediaLinks,
    logger,
    metrics,
    publicUrl,
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
    media: files.media,
    received: published.messages,
    statuses: published.statuses,
    channelLog: published.channelLog,
    smtpPort: () => Number(app.smtpAddress().split(':')[1]),
    addChannel: channels.add,
    changeChannel: channels.change,
    setDirectoryAway: channels.setAway,
    async send(message = {}) {
      const record = toRecord(message.channel ?? channel, message);
      await bus.append(record);
      return record.eventId;
    },
    statesOf: published.statesOf,
    async stop() {
      await app.stop();
      await bed.close();
      await state.stop();
      await provider.stop();
      files.drop();
    },
  };
}

/** Channels whose mail goes to the provider. */
function createChannels(provider: MailProvider, { credentials }: MailProviderOptions = {}) {
  const channels = createHandMadeChannels();
  return {
    ...channels,
    add(o: Parameters<MailBed['addChannel']>[0] = {}): ResolvedChannel {
      const smtp = { host: provider.host, port: provider.port, ...credentials, ...o.smtp };
      return channels.put(
        ResolvedChannel.fromPartial({
          id: randomUUID(),
          tenantId: o.tenantId ?? randomUUID(),
          name: 'shop-mail',
          type: 'email',
          maxPerSecond: 10_000,
          config: { address: o.address ?? 'shop@shop.example', smtp },
          channelType: channelTypeOf(emailManifest),
          privateApiAllowed: o.privateApiAllowed ?? true,
        }),
      );
    },
    change(channel: ResolvedChannel, smtp: object): void {
      const { smtp: before } = channel.config as { smtp: object };
      channels.change(channel, { smtp: { ...before, ...smtp } });
    },
  };
}

function toRecord(channel: ResolvedChannel, message: Outgoing) {
  const { to = 'li@customer.example', text = 'Hello', name = '', channel: _, ...rest } = message;
  const { role = PartyRole.PARTY_ROLE_BOT, ...sent } = rest;
  return sendRecord('channel-email', channel, { ...sent, to, text, sender: { role, name } });
}

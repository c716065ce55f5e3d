import type {
  ChannelCapabilities,
  Content,
  DeliveryState,
  Media,
  Party,
  ReplyRule,
  ResolvedChannel,
} from '@omnigate/contracts';
import type { MediaStore } from '@omnigate/media';
import type { MediaHttp } from './media/media-http';
import type { ProviderHttp } from './provider-http';
import type { TextUnit } from './text-split';

/** What a channel type is: told to the directory at start, and used by the directory to check `spec.config`. */
export interface ChannelManifest {
  /** Such as `sms-twilio`; also the first part of the webhook's path. */
  type: string;
  /** English name for people. */
  title: string;
  /** The service that has it, such as `channel-webhooks`; names its send topic. */
  adapterService: string;
  /** JSON Schema of `spec.config`; secret properties carry `secret: true`. */
  configSchema: Record<string, unknown>;
  /** Kind of address, such as `phone`; an address is unique in (tenant, namespace, normal form). */
  addressNamespace: string;
  capabilities: ChannelCapabilities;
  /** Sends a second that the provider documents. */
  defaultMaxPerSecond: number;
  /** Keys of `spec.config` that never leave the process. */
  secrets: string[];
  /** The longest text of one message, in the provider's own unit. */
  textLimit: { unit: TextUnit; limit: number };
  /** HTTP methods that the provider uses; default POST alone. */
  methods?: readonly ('GET' | 'POST')[];
  /** When the provider lets a business write to a customer; default: at any time. */
  replyRules?: ReplyRule[];
}

/** One HTTP request of a provider, its body untouched. */
export interface InboundRequest {
  /** Upper case. */
  method: string;
  /** Path and query as received. */
  path: string;
  /** `OMNIGATE_PUBLIC_URL` + path: what the provider was told to call; signatures over the URL use it. */
  publicUrl: string;
  /** Lower-case names. */
  headers: Record<string, string | string[] | undefined>;
  rawBody: Buffer;
  receivedTime: Date;
}

/** A customer's message as the adapter reads it. */
export interface InboundMessage {
  /** The provider's id; without one repeats can't be told apart. */
  providerMessageId?: string;
  /** Place among the messages made of one provider message; default 0. */
  part?: number;
  /** The customer's address in its normal form. */
  address: string;
  /** Name as the channel shows it. */
  name?: string;
  /** Sub-conversation of the address. */
  threadKey?: string;
  content: Content;
  /** Further files by reference, in the order given. */
  attachments?: Media[];
  /** The provider's id of the message that this one answers. */
  replyTo?: string;
  /** When the provider says it happened; default: when it was received. */
  occurredTime?: Date;
  consentWord?: 'stop' | 'start' | 'help';
}

/** What a provider reports of a message that was sent. */
export interface ProviderStatus {
  /** Our own id, where the callback's URL carries it. */
  messageId?: string;
  providerMessageId?: string;
  state: DeliveryState;
  /** The provider's code, such as `30005`. */
  errorCode?: string;
  /** The provider says that the customer has opted out. */
  optedOut?: boolean;
  /** When the provider says it happened; default: now. */
  occurredTime?: Date;
}

/** What came of an inbound request: the answer for the provider, to be given when all of it is durable. */
export interface Receipt {
  response: { status: number; headers?: Record<string, string>; body?: string };
  messages: InboundMessage[];
  statuses: ProviderStatus[];
}

/** One message to be put on the wire. */
export interface SendRequest {
  messageId: string;
  channel: ResolvedChannel;
  address: string;
  threadKey: string;
  /** Who speaks, as MessageSend has it; channels that show names (web) need it, so the delivery keeps it. */
  sender: Party;
  content: Content;
  /** Further files by reference, in the order given. */
  attachments: Media[];
  /** The files of all tenants; the channel's tenant has its own there, by `media_id`. */
  media: MediaStore;
  /** @returns a link by which the provider may get a file of the channel's tenant; it expires after a day */
  mediaUrl(mediaId: string): string;
  /** The provider's id of the message that this one answers. */
  replyTo?: string;
  /** `<webhook_url>/status?message_id=<id>`. */
  statusUrl: string;
  /** Aborts when the claim is about to lapse. */
  signal: AbortSignal;
}

/**
 * What came of a send. `code` is of packages/errors or the provider's own.
 * - `sent`: the provider has taken it. `segments`: what it bills, where it bills by segment.
 * - `retry`: the provider has surely not taken it, and may later. `afterMs`: what it asked for.
 * - `permanent`: it never will.
 * - `windowClosed`: outside the provider's reply window; routing plans again.
 * - `optedOut`: the customer wants no messages.
 * - `credentialsBroken`: the channel's secrets don't work; the channel pauses.
 * - `unknown`: it may or may not have taken it; never sent again.
 */
export type SendResult =
  | { kind: 'sent'; providerMessageId: string; segments?: number }
  | { kind: 'retry'; afterMs?: number; code: string }
  | { kind: 'permanent'; code: string }
  | { kind: 'windowClosed'; code: string }
  | { kind: 'optedOut'; code: string }
  | { kind: 'credentialsBroken'; code: string }
  | { kind: 'unknown'; code: string };

/** A customer's file as a provider gave it. */
export interface ProviderFile {
  body: Buffer;
  /** As the provider claims it; empty where it says nothing. */
  contentType: string;
  /** As the provider says it, where it does. */
  fileName?: string;
}

/** All that a channel is. It does no I/O but through `http`, and keeps nothing between calls. */
export interface ChannelAdapter {
  manifest: ChannelManifest;
  /**
   * Verifies, parses and normalises a provider's request.
   * @throws AppError SIGNATURE_INVALID (403, empty body) or PAYLOAD_MALFORMED (400)
   */
  receive(request: InboundRequest, channel: ResolvedChannel): Receipt | Promise<Receipt>;
  /**
   * Puts one message on the wire, once.
   * @throws what `http.request` threw, unchanged; the sender classes it
   */
  send(request: SendRequest, http: ProviderHttp): Promise<SendResult>;
  /**
   * Gets a customer's file from the provider, once. Default: what `media.provider_url` gives without credentials.
   * @param media as `receive` made it
   * @throws AppError MEDIA_UNAVAILABLE and others that are not retryable where it can't be had for good; whatever else is
   *   thrown is tried again for hours
   */
  fetchMedia?(media: Media, channel: ResolvedChannel, http: MediaHttp): Promise<ProviderFile>;
}

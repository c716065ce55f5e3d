import type { Content, Media, ResolvedChannel } from '@omnigate/contracts';
import type { ChannelAdapter, InboundMessage, InboundRequest, ProviderStatus, SendResult } from '../adapter';

/** A provider's request before it is signed. */
export interface ProviderRequestFixture {
  method?: 'GET' | 'POST';
  /** After `/webhooks/{type}/{id}`: `` or `/status?…`. */
  path?: string;
  contentType?: string;
  body: Buffer | string;
}

/** A request, and what the adapter must make of it. */
export interface InboundFixture {
  name: string;
  request: ProviderRequestFixture;
  /** Exactly these. */
  messages: InboundMessage[];
  statuses?: ProviderStatus[];
}

/** A message, and the request that must reach the provider. */
export interface SendFixture {
  name: string;
  to: string;
  content: Content;
  attachments?: Media[];
  replyTo?: string;
  expected: {
    method: string;
    path: string;
    headers: Record<string, string>;
    /** As the provider reads it: a decoded form or JSON. */
    body: Record<string, unknown>;
  };
}

/** A provider's answer, and what the adapter must take it for. */
export interface SendOutcomeFixture {
  name: string;
  status: number;
  headers?: Record<string, string>;
  body: string;
  result: SendResult;
}

/** A file of the tenant's store, for contents that carry one. */
export interface FileFixture {
  contentType: string;
  fileName?: string;
  body: Buffer;
}

/** A file that a customer sent, and how the provider gives it. */
export interface MediaFixture {
  name: string;
  /** As `receive` makes it; `{api}` in `providerUrl` stands for the suite's server. */
  media: Media;
  /** What the provider is asked, one after the other, and answers; `{api}` in a header stands for the suite's server. */
  exchanges: {
    expected: { method: string; path: string; headers?: Record<string, string> };
    answer: { status: number; headers?: Record<string, string>; body: Buffer | string };
  }[];
  file: { contentType: string; fileName?: string; body: Buffer };
}

/** A provider's answer to who asks for the first file of `media`, and the code that it must end with. */
export interface MediaOutcomeFixture {
  name: string;
  status: number;
  headers?: Record<string, string>;
  body: string;
  code: string;
  /** The same may work later. */
  retryable: boolean;
}

/** All that the suite needs of one channel. */
export interface ChannelFixtures {
  /** With a configuration that works; `spec.config.api_base_url` is replaced by the suite's server. */
  channel: ResolvedChannel;
  /** The configuration with another secret, as another account's. */
  otherSecret: Record<string, unknown>;
  /** The configuration with an empty secret. */
  emptySecret: Record<string, unknown>;
  /**
   * Signs as the provider does, by other code than the adapter's.
   * @returns headers to add, or another path where the signature travels there
   */
  sign(
    request: Required<ProviderRequestFixture> & { url: string },
    config: Record<string, unknown>,
  ): { headers: Record<string, string>; path?: string };
  inbound: InboundFixture[];
  /** Signed, and of no interest: acknowledged without a message. */
  ignored: (ProviderRequestFixture & { name: string })[];
  /** Signed, and not to be read: 400. */
  malformed: (ProviderRequestFixture & { name: string })[];
  /** A body with this text as the customer's; for texts that break things. */
  bodyWithText(text: string): ProviderRequestFixture;
  sends: SendFixture[];
  outcomes: SendOutcomeFixture[];
  /** Contents that the channel can't carry. */
  unsupported: Content[];
  /** By media id. */
  files?: Record<string, FileFixture>;
  /** Where the adapter has `fetchMedia`. */
  media?: MediaFixture[];
  mediaOutcomes?: MediaOutcomeFixture[];
  /** Reads the text of a request that the adapter made. */
  textOf(body: Record<string, unknown>): string;
}

const publicUrl = 'https://gate.example.com';

/** A request signed for this channel, as the adapter is given it. */
export function signedRequest(
  adapter: ChannelAdapter,
  fixtures: ChannelFixtures,
  request: ProviderRequestFixture,
  config: Record<string, unknown> = fixtures.channel.config ?? {},
): InboundRequest {
  const { method = 'POST', path = '', contentType = 'application/octet-stream', body } = request;
  const base = `/webhooks/${adapter.manifest.type}/${fixtures.channel.id}`;
  const whole = { method, path, contentType, body, url: publicUrl + base + path };
  const { headers, path: signedPath = path } = fixtures.sign(whole, config);
  return {
    method,
    path: base + signedPath,
    publicUrl: publicUrl + base + signedPath,
    headers: { 'content-type': contentType, ...headers },
    rawBody: Buffer.from(body),
    receivedTime: new Date(0),
  };
}

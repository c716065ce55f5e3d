import type { ChannelManifest } from '@omnigate/channel-kit';
import type { ResolvedChannel } from '@omnigate/contracts';

/** The adapter service that has the type `web`; names its send topic. */
export const adapterService = 'channel-web';

/** The channel type `web` as the directory registers it. */
export const webManifest: ChannelManifest = {
  type: 'web',
  title: 'Web chat',
  adapterService,
  configSchema: {
    type: 'object',
    additionalProperties: false,
    properties: {
      allowed_origins: {
        type: 'array',
        items: { type: 'string' },
        description:
          'Origins of pages that may chat, such as "https://shop.example.com", "https://*.example.com" or "*"',
      },
      identity_secret: {
        type: 'string',
        secret: true,
        description: 'Key with which your server signs user ids (HMAC-SHA-256)',
      },
      title: { type: 'string', description: 'Heading of the panel' },
      locale: {
        type: 'string',
        description: 'Language of the panel, "zh" or "en"; default: the page\'s or the browser\'s',
      },
    },
  },
  // A visitor's id is random and a user's carries its prefix, so one namespace holds all channels of a tenant.
  addressNamespace: 'web',
  capabilities: {
    maxTextCharacters: 8_000,
    menu: true,
    singleMessageTurn: false,
    providerMessageIds: true,
    deliveryReceipts: true,
    readReceipts: true,
    conversationEvents: true,
  },
  // There is no provider who limits; this only keeps one channel from taking all sends.
  defaultMaxPerSecond: 1_000,
  secrets: ['identity_secret'],
  textLimit: { unit: 'characters', limit: 8_000 },
};

/** `spec.config` of a web channel. */
export interface WebConfig {
  allowedOrigins: readonly string[];
  identitySecret: string | undefined;
  title: string;
  locale: string;
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/**
 * Reads a channel's config; the directory has checked it by the schema.
 * @param channel a channel of type `web`
 */
export function webConfigOf(channel: ResolvedChannel): WebConfig {
  const config: Record<string, unknown> = channel.config ?? {};
  const origins = config.allowed_origins;
  return {
    allowedOrigins: Array.isArray(origins) ? origins.map(String) : [],
    identitySecret: textOf(config.identity_secret) || undefined,
    title: textOf(config.title),
    locale: textOf(config.locale),
  };
}

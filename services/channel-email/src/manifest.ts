import type { ChannelManifest } from '@omnigate/channel-kit';
import type { ResolvedChannel } from '@omnigate/contracts';
import { normalAddress } from './domain/addresses';

/** The adapter service that has the type `email`; names its send topic. */
export const adapterService = 'channel-email';

/** The channel type `email` as the directory registers it. */
export const emailManifest: ChannelManifest = {
  type: 'email',
  title: 'E-mail',
  adapterService,
  configSchema: {
    type: 'object',
    additionalProperties: false,
    required: ['address', 'smtp'],
    properties: {
      address: {
        type: 'string',
        format: 'email',
        // Mail that comes is for the one channel that has its address.
        unique: true,
        description: 'The address that customers write to, and that answers come from',
      },
      smtp: {
        type: 'object',
        additionalProperties: false,
        required: ['host'],
        description: 'The server that takes what is sent',
        properties: {
          host: { type: 'string', minLength: 1, description: 'Its name or address' },
          port: { type: 'integer', minimum: 1, maximum: 65_535, description: 'Default 587, with secure 465' },
          secure: {
            type: 'boolean',
            description: 'TLS from the start; otherwise STARTTLS where it is offered',
          },
          user: { type: 'string', description: 'Absent: without logging in' },
          password: { type: 'string', secret: true },
        },
      },
    },
  },
  addressNamespace: 'email',
  capabilities: {
    maxTextCharacters: 100_000,
    menu: false,
    singleMessageTurn: false,
    providerMessageIds: true,
    deliveryReceipts: false,
    readReceipts: false,
    conversationEvents: false,
  },
  // What a shared mail server takes of one sender without slowing it down.
  defaultMaxPerSecond: 10,
  secrets: ['smtp.password'],
  textLimit: { unit: 'characters', limit: 100_000 },
};

/** `spec.config` of an email channel. */
export interface EmailConfig {
  /** Normal form. */
  address: string;
  smtp: { host: string; port: number; secure: boolean; user: string; password: string };
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/**
 * Reads a channel's config; the directory has checked it by the schema.
 *
 * @param channel a channel of type `email`.
 * @returns undefined where its address is none that mail can be sent from.
 */
export function emailConfigOf(channel: ResolvedChannel): EmailConfig | undefined {
  const config: Record<string, unknown> = channel.config ?? {};
  const address = normalAddress(textOf(config.address));
  const smtp = (config.smtp ?? {}) as Record<string, unknown>;
  const secure = smtp.secure === true;
  if (address === undefined) return undefined;
  return {
    address,
    smtp: {
      host: textOf(smtp.host),
      port: typeof smtp.port === 'number' ? smtp.port : secure ? 465 : 587,
      secure,
      user: textOf(smtp.user),
      password: textOf(smtp.password),
    },
  };
}

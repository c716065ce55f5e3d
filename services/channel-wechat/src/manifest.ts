import type { ChannelManifest } from '@omnigate/channel-kit';
import { defaultApiBaseUrl } from './wechat-config';
import { eventName } from './wire/event';

/** The adapter service that has this type; names its topics. */
export const adapterService = 'channel-wechat';

const text = (description: string, more: Record<string, unknown> = {}) => ({
  type: 'string',
  description,
  ...more,
});

// What the provider documents for customer-service messages: five in the 48 hours after a message, three in the minute
// after a tap on the menu, a subscription or a scan. A tap on a line of a menu message counts as one on the menu.
const afterMessage = { windowSeconds: 48 * 3_600, maxMessages: 5 };
const afterTap = { windowSeconds: 60, maxMessages: 3 };

/** WeChat's limit of one text, in bytes of UTF-8. */
export const maxTextBytes = 2_048;

/** The channel type `wechat-official` as the directory registers it. */
export const wechatManifest: ChannelManifest = {
  type: 'wechat-official',
  title: 'WeChat Official Account',
  adapterService,
  configSchema: {
    type: 'object',
    additionalProperties: false,
    required: ['app_id', 'app_secret', 'token'],
    properties: {
      app_id: text('AppID of the account (wx…)', { minLength: 1 }),
      app_secret: text('AppSecret of the account', { minLength: 1, secret: true }),
      token: text('Token of the server configuration', { minLength: 1, secret: true }),
      encoding_aes_key: text(
        'EncodingAESKey of the server configuration, 43 characters; absent: plain mode, in which nothing proves what a push says',
        { secret: true },
      ),
      original_id: text('Original ID of the account (gh_…); pushes for another are refused'),
      customer_service: {
        type: 'boolean',
        default: true,
        description:
          'The account may send customer-service messages; without, answers wait for what the customer writes next',
      },
      api_base_url: text("WeChat's API", { format: 'uri', default: defaultApiBaseUrl }),
    },
  },
  // Open ids are random and of one account alone, so one namespace holds those of all accounts.
  addressNamespace: 'wechat',
  capabilities: {
    maxTextCharacters: maxTextBytes,
    maxTextBytes,
    menu: true,
    // A passive reply is one message, and five are all that there are.
    singleMessageTurn: true,
    providerMessageIds: true,
    deliveryReceipts: false,
    readReceipts: false,
    conversationEvents: false,
  },
  // Not documented; the daily quota of 500,000 is six a second.
  defaultMaxPerSecond: 50,
  secrets: ['app_secret', 'token', 'encoding_aes_key'],
  textLimit: { unit: 'bytes', limit: maxTextBytes },
  methods: ['GET', 'POST'],
  replyRules: [
    { after: 'message', ...afterMessage },
    { after: 'menu-choice', ...afterTap },
    ...[eventName.menuClick, eventName.menuScan, eventName.subscribed, eventName.scanned].map((after) => ({
      after,
      ...afterTap,
    })),
    { after: eventName.unsubscribed, windowSeconds: 0, maxMessages: 0 },
  ],
};

import { ChannelType } from '@omnigate/contracts';

/** Manifests as the adapters of this version tell them, by the configuration keys of docs/resources.md. */
export const channelTypes: ChannelType[] = [
  ChannelType.fromPartial({
    type: 'sms-twilio',
    title: 'SMS by Twilio',
    adapterService: 'channel-webhooks',
    addressNamespace: 'phone',
    defaultMaxPerSecond: 1,
    capabilities: { maxTextCharacters: 1600, menu: true, singleMessageTurn: true, providerMessageIds: true },
    configSchema: {
      type: 'object',
      required: ['account_sid', 'auth_token', 'from'],
      properties: {
        account_sid: { type: 'string' },
        auth_token: { type: 'string', secret: true },
        from: { type: 'string' },
        api_base_url: { type: 'string' },
      },
    },
  }),
  ChannelType.fromPartial({
    type: 'email',
    title: 'E-mail',
    adapterService: 'channel-email',
    addressNamespace: 'email',
    defaultMaxPerSecond: 10,
    capabilities: { maxTextCharacters: 100_000, providerMessageIds: true },
    configSchema: {
      type: 'object',
      required: ['address', 'smtp'],
      properties: {
        address: { type: 'string', format: 'email', unique: true },
        smtp: {
          type: 'object',
          required: ['host'],
          properties: {
            host: { type: 'string' },
            port: { type: 'integer' },
            secure: { type: 'boolean' },
            user: { type: 'string' },
            password: { type: 'string', secret: true },
          },
        },
      },
    },
  }),
  ChannelType.fromPartial({
    type: 'wechat-official',
    title: 'WeChat Official Account',
    adapterService: 'channel-wechat',
    addressNamespace: 'wechat',
    defaultMaxPerSecond: 50,
    capabilities: { maxTextCharacters: 2048, menu: true, singleMessageTurn: true, providerMessageIds: true },
    configSchema: {
      type: 'object',
      required: ['app_id', 'app_secret', 'token'],
      properties: {
        app_id: { type: 'string' },
        app_secret: { type: 'string', secret: true },
        token: { type: 'string', secret: true },
        encoding_aes_key: { type: 'string', secret: true },
        original_id: { type: 'string' },
        customer_service: { type: 'boolean' },
        api_base_url: { type: 'string' },
      },
    },
  }),
  ChannelType.fromPartial({
    type: 'web',
    title: 'Web chat',
    adapterService: 'channel-web',
    addressNamespace: 'web',
    defaultMaxPerSecond: 100,
    capabilities: { maxTextCharacters: 8000, menu: true, deliveryReceipts: true, readReceipts: true },
    configSchema: {
      type: 'object',
      required: ['allowed_origins'],
      properties: {
        allowed_origins: { type: 'array', items: { type: 'string' } },
        identity_secret: { type: 'string', secret: true },
        title: { type: 'string' },
        locale: { type: 'string' },
      },
    },
  }),
];

export { type ChannelWebhooksOptions, createChannelWebhooks } from './app';
export { channelWebhooksSchema } from './schema';

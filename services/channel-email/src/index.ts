export { type ChannelEmail, type ChannelEmailOptions, createChannelEmail } from './app';
export { listenerConfigFrom } from './smtp/listener-config';
export { channelEmailSchema } from './store/schema';

export { type ChannelWebDeps, createChannelWeb } from './app';
export { channelWebSchema } from './store/migrations';

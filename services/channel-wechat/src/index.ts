export { type ChannelWechatOptions, createChannelWechat } from './app';
export { wechatManifest } from './manifest';
export { channelWechatSchema } from './store/migrations';

export { type ChannelWechatOptions, createChannelWechat } from './app';
export { wechatManifest } from './manifest';
export { receivePush } from './receive';
export { channelWechatSchema } from './store/migrations';

export type { WechatAccount } from './account';
export type { ApiCall } from './api';
export type { WechatFault } from './faults';
export type { PushAnswer, PushChange } from './pusher';
export { wechatCrypto } from './sdk';
export { type ShownContent, type ShownMessage, shownWords } from './shown';
export {
  createWechatSimulator,
  type Pushed,
  type WechatSimulator,
  type WechatSimulatorOptions,
} from './simulator';
export type { UserInput } from './user-input';

export { type DemoBill, type DemoCustomer, type DemoOrder, demoCustomers } from './order-system/customers';
export type { OrderSystemFault } from './order-system/faults';
export {
  type OrderSystem,
  type OrderSystemOptions,
  type OrderSystemRequest,
  startOrderSystem,
} from './order-system/order-system';
export {
  createTwilioSimulator,
  type InboundText,
  newSid,
  type RequestChange,
  type SendAttempt,
  type SimulatedMessage,
  type TwilioFault,
  type TwilioSimulator,
  type TwilioSimulatorOptions,
  type WebhookAnswer,
} from './twilio';
export {
  type ApiCall,
  createWechatSimulator,
  type PushAnswer,
  type PushChange,
  type Pushed,
  type ShownContent,
  type ShownMessage,
  shownWords,
  type UserInput,
  type WechatAccount,
  type WechatFault,
  type WechatSimulator,
  type WechatSimulatorOptions,
  wechatCrypto,
} from './wechat';

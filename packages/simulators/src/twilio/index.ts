export type { RequestChange, WebhookAnswer } from './callbacks';
export type { TwilioFault } from './faults';
export type { AccountFile, GotFile } from './media';
export type { SimulatedMessage } from './messages';
export {
  createTwilioSimulator,
  type InboundText,
  newSid,
  type SendAttempt,
  type TwilioSimulator,
  type TwilioSimulatorOptions,
} from './simulator';

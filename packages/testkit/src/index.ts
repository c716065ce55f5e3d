export { type FreshDatabase, freshDatabase } from './database/fresh-database';
export { startTestDatabase, type TestDatabase } from './database/test-server';
export { type LaunchedOmnigate, type LaunchOptions, launchOmnigate } from './standalone/launch';
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
  createWebVisitor,
  type VisitorFrame,
  type VisitorMessage,
  type WebVisitor,
  type WebVisitorOptions,
} from './web-visitor/web-visitor';

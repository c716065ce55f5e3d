export * from '@omnigate/simulators';
export { openAdapterBed } from './adapter-bed/adapter-bed';
export { createHandMadeChannels, type HandMadeChannels } from './adapter-bed/hand-made-channels';
export { sendRecord } from './adapter-bed/send-record';
export { until } from './adapter-bed/until';
export { type ServiceName, serviceRows } from './cluster/topology';
export { type FreshDatabase, freshDatabase } from './database/fresh-database';
export { startTestDatabase, type TestDatabase } from './database/test-server';
export { dockerAnswers } from './docker';
export { freePorts } from './free-ports';
export { type LaunchedKafka, launchKafka } from './kafka/launch';
export type { KafkaNode } from './kafka/node';
export { startTestKafka, type TestKafka } from './kafka/test-kafka';
export {
  type CustomerMail,
  deliveryReportOf,
  type MailAnswer,
  type MailAtProvider,
  type MailFault,
  type MailProvider,
  type MailProviderOptions,
  sendCustomerMail,
  startMailProvider,
} from './mail';
export { samplePng } from './media/sample-png';
export { openTestMedia, type TestMedia } from './media/test-media';
export { zipBomb } from './media/zip-bomb';
export {
  type LaunchedOmnigate,
  type LaunchOptions,
  launchOmnigate,
  type OmnigateForm,
  testForm,
} from './omnigate/launch';
export type { SharedOmnigate } from './omnigate/shared';
export { startTraceCollector, type TraceCollector } from './otlp/collector';
export type { ReceivedSpan } from './otlp/trace-request';
export { type ServiceProcess, startService } from './processes/service-process';
export { startTethered, type Tethered, type TetheredOptions } from './processes/tethered';
export { type Lane, openLane, type RaceCourse, runRounds } from './races/lane';
export { type LockWatch, openLockWatch } from './races/lock-watch';
export { type Reporter, reportingDatabase, type SideName } from './races/meeting';
export {
  type Operation,
  type RaceTypes,
  type Round,
  roundsAtOnce,
  roundsHeldUp,
  titleOf,
} from './races/operation';
export { type RedisServer, startRedis, startSharedRedis } from './redis/redis-server';
export {
  createWebVisitor,
  type VisitorFrame,
  type VisitorMessage,
  type WebVisitor,
  type WebVisitorOptions,
} from './web-visitor/web-visitor';

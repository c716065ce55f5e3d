export { type BusOptions, createBus } from './create-bus';
export { type AppliedTopic, applyTopics, type TopicSpec } from './kafka/apply-topics';
export { assignPartitions } from './kafka/assigner';
export { createKafkaBus, type KafkaBusOptions } from './kafka/bus';
export type { FetchedMessage } from './kafka/cluster';
export type { Fetched, GroupMember, GroupTimings, MemberOptions } from './kafka/group-member';
export type { Acknowledgement, KafkaClient, ProducerLine, ProducerPatience } from './kafka/kafka-client';
export { kafkajsClient } from './kafka/kafkajs-client';
export type { Produced } from './kafka/message';
export { type KafkaConfig, type KafkaOptions, kafkaConfigShape, kafkaOptionsFrom } from './kafka/options';
export {
  type Bounds,
  fetchWait,
  OffsetOutOfRange,
  type PartitionCursor,
  type PartitionRead,
  type PartitionReader,
} from './kafka/partition-reader';
export { topicSpecs } from './kafka/topic-specs';
export type {
  Bus,
  BusRecord,
  ConsumeOptions,
  Consumer,
  DeadLetterEntry,
  DeadLetterFilter,
  DeadLetters,
  Follower,
  FollowOptions,
  Outcome,
  OutgoingRecord,
} from './port';
export { createPostgresBus, type PostgresBusOptions } from './postgres/bus';
export type { MembershipTimings } from './postgres/membership';
export { busSchema } from './postgres/schema';
export { fitsRecord } from './record-format';

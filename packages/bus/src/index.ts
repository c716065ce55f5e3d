export { type BusOptions, createBus } from './create-bus';
export { type AppliedTopic, applyTopics, type TopicSpec } from './kafka/apply-topics';
export { createKafkaBus, type KafkaBusOptions } from './kafka/bus';
export type { GroupTimings } from './kafka/group-member';
export { type KafkaConfig, type KafkaOptions, kafkaConfigShape, kafkaOptionsFrom } from './kafka/options';
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

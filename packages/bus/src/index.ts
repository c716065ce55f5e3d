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

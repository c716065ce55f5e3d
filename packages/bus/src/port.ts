import type { Database, Transaction } from '@omnigate/database';

/** A record to be published. */
export interface OutgoingRecord {
  topic: string;
  /** Records of one key stay in order. */
  key: string;
  /** One protobuf message. */
  value: Uint8Array;
  /** UUID; a repeat of the same event has the same. */
  eventId: string;
  /** Full name of the protobuf message in `value`, such as `omnigate.message.v1.MessageReceived`. */
  type: string;
  /** UUID of the tenant. */
  tenantId: string;
  /** No personal data: headers are shown to operators. */
  headers?: Record<string, string>;
}

/** A record as it was read. */
export interface BusRecord {
  /** The topic it was published to; a record read from a group's retry topic shows the topic it first came from. */
  topic: string;
  partition: number;
  offset: bigint;
  key: string;
  /** Valid as long as it is referenced; must not be written to, other readers share it. */
  value: Buffer;
  eventId: string;
  type: string;
  tenantId: string;
  headers: Record<string, string>;
  /** When it was appended, by the clock of the database, or of the process that wrote it to Kafka. */
  time: Date;
}

/** What became of one record. `retry` rolls the whole batch back, which is then tried again. */
export type Outcome =
  | { kind: 'ok' }
  | { kind: 'drop'; reason: string }
  | { kind: 'retry'; error: unknown }
  | { kind: 'deadLetter'; code: string; error?: unknown };

/** How a group reads topics. */
export interface ConsumeOptions {
  /** Members of a group share the partitions; every group reads everything. */
  group: string;
  topics: string[];
  /** The service's own: a batch's effects and the group's position are one transaction. */
  database: Database;
  /** At most so many records a batch, and in memory; default 500. Kafka's driver holds what one more fetch brings, too. */
  maxRecords?: number;
  /** When records come quickly, read no sooner than this after the last read, for fuller batches; default 20. */
  lingerMs?: number;
  /**
   * Handles a batch inside its transaction; the first statement has moved the position, which fences other members.
   * Records of a key come in the order of publishing. Nothing but the transaction may have an effect: it may be rolled
   * back and the records handled again.
   * @param tx its tenants are those of the records
   * @returns an outcome for each record, in order; nothing means all are ok
   * @throws transient failures (`isTransient`) are retried without a limit; others are narrowed down to the record at
   *   fault, which goes to the group's dead letters
   */
  // biome-ignore lint/suspicious/noConfusingVoidType: a handler may return nothing
  handle(tx: Transaction, records: BusRecord[]): Promise<Outcome[] | void>;
}

/** A member of a group. */
export interface Consumer {
  /**
   * Joins the group and begins to read.
   * @throws AppError BUS_UNAVAILABLE
   */
  start(): Promise<void>;
  /** Finishes the batch under way, leaves the group. */
  stop(): Promise<void>;
  /** What the whole group has not handled yet: how many records, and the age of the oldest. */
  lag(): Promise<{ records: bigint; seconds: number }>;
}

/** How a process reads topics by itself, all records, without a group. */
export interface FollowOptions {
  topics: string[];
  /** Token of an earlier `handle` of the same topics; default: the end. */
  from?: string;
  /**
   * Takes records in order of their partitions; called again with the same ones, after a pause, if it throws.
   * @param token resumes after these records
   */
  handle(records: BusRecord[], token: string): void | Promise<void>;
}

/** A follow under way. */
export interface Follower {
  /**
   * Token of the start.
   * @throws AppError RESUME_TOKEN_INVALID: not a token of these topics, or what follows it is no longer kept
   */
  ready: Promise<string>;
  stop(): Promise<void>;
}

/** A record that a group could not handle. */
export interface DeadLetterEntry {
  id: string;
  /** Where the record was published first. */
  topic: string;
  group: string;
  key: string;
  value: Buffer;
  type: string;
  headers: Record<string, string>;
  errorCode: string;
  failTime: Date;
  eventId: string;
  tenantId: string;
}

/** Which dead letters to list. */
export interface DeadLetterFilter {
  tenantId?: string;
  topic?: string;
  limit: number;
  /** Id of an entry: only those older than it. */
  before?: string;
}

/** What groups could not handle, until it is replayed or dropped. */
export interface DeadLetters {
  /** Newest first; without those that were replayed or dropped. */
  list(o: DeadLetterFilter): Promise<DeadLetterEntry[]>;
  /**
   * Publishes entries again, to the group that failed alone, with the same key, event id and tenant.
   * @returns how many; those that were replayed or dropped before don't count
   */
  replay(ids: string[]): Promise<number>;
  /** Gives entries up. @returns how many */
  drop(ids: string[]): Promise<number>;
}

/** The bus: topics of records, in partitions, at least once, in order per key. */
export interface Bus {
  /**
   * Publishes when the transaction commits, by one statement, its last. To Kafka it goes by an outbox, which repeats after a
   * crash.
   * @throws AppError RECORD_TOO_LARGE
   */
  publish(tx: Transaction, records: readonly OutgoingRecord[]): void;
  /**
   * Publishes one record; resolves when it is durable.
   * @throws AppError BUS_UNAVAILABLE, OVERLOADED, RECORD_TOO_LARGE
   */
  append(record: OutgoingRecord): Promise<void>;
  /**
   * Publishes records of one tenant; resolves when all are durable. When it throws, none may be there, or some, or all:
   * the caller repeats, and readers drop repeats by the event id (docs/adr/0007).
   * @throws AppError BUS_UNAVAILABLE, OVERLOADED, RECORD_TOO_LARGE
   */
  appendAll(records: readonly OutgoingRecord[]): Promise<void>;
  consume(o: ConsumeOptions): Consumer;
  follow(o: FollowOptions): Follower;
  deadLetters: DeadLetters;
  /** @throws AppError BUS_UNAVAILABLE */
  start(): Promise<void>;
  /** Stops consumers and followers, then finishes what is being appended. */
  stop(): Promise<void>;
}

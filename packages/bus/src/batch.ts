import { isTransient, type Transaction } from '@omnigate/database';
import type { Backoff, Logger, Signals } from '@omnigate/runtime';
import { deadLetterOf, type Failure } from './dead-letter-record';
import type { BusRecord, ConsumeOptions, Outcome, OutgoingRecord } from './port';
import { isFenced, type Position, type PositionMove } from './position';

/** A record of a batch, with the partition it was read from. */
export interface BatchRecord<Taken extends Position> {
  cursor: Taken;
  record: BusRecord;
}

/** What handling batches of one consumer needs. */
export interface BatchOptions<Taken extends Position> {
  consume: ConsumeOptions;
  publish(tx: Transaction, records: readonly OutgoingRecord[]): void;
  /**
   * Moves positions where they are still the member's own; the first statement of the effects' transaction.
   * @throws what `isFenced` knows
   */
  move(tx: Transaction, moves: PositionMove<Taken>[]): Promise<void>;
  signals: Signals;
  logger: Logger;
  backoff: Backoff;
  /** Sleeps, or returns at once when the consumer stops. */
  pause(ms: number): Promise<void>;
  stopping(): boolean;
}

/** Thrown where the consumer stops before a batch is done: nothing of the rest has had an effect. */
export class Stopped extends Error {
  override readonly name = 'Stopped';
}

// A handler's `retry`: rolls back.
class RetryAsked extends Error {
  override readonly name = 'RetryAsked';
}

/**
 * Handles records until each has had its effect or is among the dead letters. Transient failures are tried again without
 * a limit; any other failure halves the batch until the record at fault stands alone.
 * @param records sorted by partition and offset
 * @throws Stopped; or what `isFenced` knows, after which the partitions must be taken again
 */
export async function settleBatch<Taken extends Position>(
  o: BatchOptions<Taken>,
  records: BatchRecord<Taken>[],
  before?: Failure,
): Promise<void> {
  let failure = before;
  for (;;) {
    if (o.stopping()) throw new Stopped();
    try {
      await handleOnce(o, records, failure?.attempts ?? 0);
      o.backoff.reset();
      return;
    } catch (error) {
      if (isFenced(error)) throw error;
      failure = nextFailure(failure, error);
      if (isPassing(error)) await waitOut(o, records, error);
      else return records.length > 1 ? settleHalves(o, records, failure) : giveUp(o, records, failure);
    }
  }
}

function nextFailure(before: Failure | undefined, error: unknown): Failure {
  return { error, attempts: (before?.attempts ?? 0) + 1, firstTime: before?.firstTime ?? new Date() };
}

function isPassing(error: unknown): boolean {
  return error instanceof RetryAsked || isTransient(error);
}

async function waitOut<Taken extends Position>(
  o: BatchOptions<Taken>,
  records: BatchRecord<Taken>[],
  error: unknown,
): Promise<void> {
  o.signals.failed('retry');
  o.signals.lag(ageOf(records));
  const waitMs = o.backoff.next();
  o.logger.warn(
    { group: o.consume.group, wait_ms: waitMs, err: error },
    'batch failed for now, is tried again',
  );
  await o.pause(waitMs);
}

async function settleHalves<Taken extends Position>(
  o: BatchOptions<Taken>,
  records: BatchRecord<Taken>[],
  failure: Failure,
): Promise<void> {
  const middle = Math.ceil(records.length / 2);
  await settleBatch(o, records.slice(0, middle), failure);
  await settleBatch(o, records.slice(middle), failure);
}

async function giveUp<Taken extends Position>(
  o: BatchOptions<Taken>,
  records: BatchRecord<Taken>[],
  failure: Failure,
): Promise<void> {
  for (;;) {
    try {
      await o.consume.database.transaction({ tenants: [] }, async (tx) => {
        await o.move(tx, movesOf(records));
        publishDeadLetters(o, tx, new Map(records.map((record) => [record, failure])));
      });
      advance(records);
      return;
    } catch (error) {
      if (!isTransient(error)) throw error;
      await waitOut(o, records, error);
      if (o.stopping()) throw new Stopped();
    }
  }
}

async function handleOnce<Taken extends Position>(
  o: BatchOptions<Taken>,
  records: BatchRecord<Taken>[],
  attempts: number,
): Promise<void> {
  const { database } = o.consume;
  const started = performance.now();
  const outcomes = await database.transaction({ tenants: tenantsOf(records) }, async (tx) => {
    // Not awaited: the handler's first statement travels with it, and fails with it.
    const moved = o.move(tx, movesOf(records));
    const handled = handle(o, tx, records, attempts);
    const [move, result] = await Promise.allSettled([moved, handled]);
    if (move.status === 'rejected') throw move.reason;
    if (result.status === 'rejected') throw result.reason;
    return result.value;
  });
  advance(records);
  countOutcomes(o, records.length, outcomes);
  o.signals.duration((performance.now() - started) / 1000);
}

async function handle<Taken extends Position>(
  o: BatchOptions<Taken>,
  tx: Transaction,
  records: BatchRecord<Taken>[],
  attempts: number,
): Promise<Outcome[]> {
  const outcomes =
    (await o.consume.handle(
      tx,
      records.map(({ record }) => record),
    )) ?? [];
  if (outcomes.length > 0 && outcomes.length !== records.length) {
    throw new Error('a handler returned outcomes for another number of records');
  }
  const failures = new Map<BatchRecord<Taken>, Failure>();
  for (const [index, outcome] of outcomes.entries()) {
    if (outcome.kind === 'retry') throw new RetryAsked('a handler asked to retry', { cause: outcome.error });
    if (outcome.kind !== 'deadLetter') continue;
    const failure = {
      error: outcome.error,
      code: outcome.code,
      attempts: attempts + 1,
      firstTime: new Date(),
    };
    failures.set(records[index] as BatchRecord<Taken>, failure);
  }
  publishDeadLetters(o, tx, failures);
  return outcomes;
}

function publishDeadLetters<Taken extends Position>(
  o: BatchOptions<Taken>,
  tx: Transaction,
  failures: Map<BatchRecord<Taken>, Failure>,
): void {
  if (failures.size === 0) return;
  const { group } = o.consume;
  const letters = [...failures].map(([{ record }, failure]) => deadLetterOf(record, group, failure));
  o.publish(tx, letters);
  tx.onCommitted(() => {
    o.signals.failed('dead_letter', failures.size);
    for (const [{ record }, failure] of failures) logDeadLetter(o, record, failure);
  });
}

function logDeadLetter<Taken extends Position>(
  o: BatchOptions<Taken>,
  record: BusRecord,
  failure: Failure,
): void {
  const { topic, partition, offset, eventId, tenantId } = record;
  const place = { group: o.consume.group, topic, partition, offset: String(offset) };
  const ids = { event_id: eventId, tenant_id: tenantId };
  o.logger.error(
    { ...place, ...ids, attempts: failure.attempts, err: failure.error },
    'record dead-lettered',
  );
}

function countOutcomes<Taken extends Position>(
  o: BatchOptions<Taken>,
  records: number,
  outcomes: Outcome[],
): void {
  const dropped = outcomes.filter((outcome) => outcome.kind === 'drop').length;
  const dead = outcomes.filter((outcome) => outcome.kind === 'deadLetter').length;
  if (dropped > 0) o.signals.failed('drop', dropped);
  o.signals.done(records - dropped - dead);
}

/** Seconds since the oldest of the records was appended. */
export function ageOf(records: readonly { record: BusRecord }[]): number {
  const oldest = Math.min(...records.map(({ record }) => record.time.getTime()));
  return Math.max(0, Date.now() - oldest) / 1000;
}

function tenantsOf(records: readonly { record: BusRecord }[]): string[] {
  return [...new Set(records.map(({ record }) => record.tenantId))].filter((tenant) => tenant !== '');
}

// Sorted records: the last of each partition says how far it moves.
function movesOf<Taken extends Position>(records: BatchRecord<Taken>[]): PositionMove<Taken>[] {
  const moves = new Map<Taken, PositionMove<Taken>>();
  for (const { cursor, record } of records) moves.set(cursor, { taken: cursor, to: record.offset + 1n });
  return [...moves.values()];
}

function advance<Taken extends Position>(records: BatchRecord<Taken>[]): void {
  for (const { taken, to } of movesOf(records)) {
    taken.stored = to;
    taken.next = to;
  }
}

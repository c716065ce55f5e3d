import { isTransient, type Transaction } from '@omnigate/database';
import type { Backoff, Logger, Signals } from '@omnigate/runtime';
import type { ConsumeOptions, Outcome, OutgoingRecord } from '../port';
import { deadLetterOf, type Failure } from './dead-letter-record';
import { isFenced, movePositions, type PositionMove, type TakenLog } from './positions';
import type { ReadRecord } from './read';

/** A record of a batch, with the log it was read from. */
export type BatchRecord = ReadRecord & { cursor: TakenLog };

/** What handling batches of one consumer needs. */
export interface BatchOptions {
  consume: ConsumeOptions;
  publish(tx: Transaction, records: readonly OutgoingRecord[]): void;
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
 * @param records sorted by log and offset
 * @throws Stopped; or what `isFenced` knows, after which the logs must be taken again
 */
export async function settleBatch(o: BatchOptions, records: BatchRecord[], before?: Failure): Promise<void> {
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

async function waitOut(o: BatchOptions, records: BatchRecord[], error: unknown): Promise<void> {
  o.signals.failed('retry');
  o.signals.lag(ageOf(records));
  const waitMs = o.backoff.next();
  o.logger.warn(
    { group: o.consume.group, wait_ms: waitMs, err: error },
    'batch failed for now, is tried again',
  );
  await o.pause(waitMs);
}

async function settleHalves(o: BatchOptions, records: BatchRecord[], failure: Failure): Promise<void> {
  const middle = Math.ceil(records.length / 2);
  await settleBatch(o, records.slice(0, middle), failure);
  await settleBatch(o, records.slice(middle), failure);
}

async function giveUp(o: BatchOptions, records: BatchRecord[], failure: Failure): Promise<void> {
  for (;;) {
    try {
      await o.consume.database.transaction({ tenants: [] }, async (tx) => {
        await moveAll(tx, o.consume.group, records);
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

async function handleOnce(o: BatchOptions, records: BatchRecord[], attempts: number): Promise<void> {
  const { database, group } = o.consume;
  const started = performance.now();
  const outcomes = await database.transaction({ tenants: tenantsOf(records) }, async (tx) => {
    // Not awaited: the handler's first statement travels with it, and fails with it.
    const moved = moveAll(tx, group, records);
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

async function handle(
  o: BatchOptions,
  tx: Transaction,
  records: BatchRecord[],
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
  const failures = new Map<BatchRecord, Failure>();
  for (const [index, outcome] of outcomes.entries()) {
    if (outcome.kind === 'retry') throw new RetryAsked('a handler asked to retry', { cause: outcome.error });
    if (outcome.kind !== 'deadLetter') continue;
    const failure = {
      error: outcome.error,
      code: outcome.code,
      attempts: attempts + 1,
      firstTime: new Date(),
    };
    failures.set(records[index] as BatchRecord, failure);
  }
  publishDeadLetters(o, tx, failures);
  return outcomes;
}

function publishDeadLetters(o: BatchOptions, tx: Transaction, failures: Map<BatchRecord, Failure>): void {
  if (failures.size === 0) return;
  const { group } = o.consume;
  const letters = [...failures].map(([{ record }, failure]) => deadLetterOf(record, group, failure));
  o.publish(tx, letters);
  tx.onCommitted(() => {
    o.signals.failed('dead_letter', failures.size);
    for (const [{ record }, failure] of failures) logDeadLetter(o, record, failure);
  });
}

function logDeadLetter(o: BatchOptions, record: BatchRecord['record'], failure: Failure): void {
  const { topic, partition, offset, eventId, tenantId } = record;
  const place = { group: o.consume.group, topic, partition, offset: String(offset) };
  const ids = { event_id: eventId, tenant_id: tenantId };
  o.logger.error(
    { ...place, ...ids, attempts: failure.attempts, err: failure.error },
    'record dead-lettered',
  );
}

function countOutcomes(o: BatchOptions, records: number, outcomes: Outcome[]): void {
  const dropped = outcomes.filter((outcome) => outcome.kind === 'drop').length;
  const dead = outcomes.filter((outcome) => outcome.kind === 'deadLetter').length;
  if (dropped > 0) o.signals.failed('drop', dropped);
  o.signals.done(records - dropped - dead);
}

/** Seconds since the oldest of the records was appended. */
export function ageOf(records: BatchRecord[]): number {
  const oldest = Math.min(...records.map(({ record }) => record.time.getTime()));
  return Math.max(0, Date.now() - oldest) / 1000;
}

function tenantsOf(records: BatchRecord[]): string[] {
  return [...new Set(records.map(({ record }) => record.tenantId))].filter((tenant) => tenant !== '');
}

function moveAll(tx: Transaction, group: string, records: BatchRecord[]): Promise<void> {
  return movePositions(tx, group, movesOf(records));
}

// Sorted records: the last of each log says how far it moves.
function movesOf(records: BatchRecord[]): PositionMove[] {
  const moves = new Map<TakenLog, PositionMove>();
  for (const { cursor, record } of records) moves.set(cursor, { taken: cursor, to: record.offset + 1n });
  return [...moves.values()];
}

function advance(records: BatchRecord[]): void {
  for (const { taken, to } of movesOf(records)) {
    taken.stored = to;
    taken.next = to;
  }
}

import { AppError } from '@omnigate/errors';
import type { Session } from './pool';
import type { Queryable, Statement } from './statement';

/**
 * Collects items over a transaction and writes them by one statement, right before COMMIT (`bus.publish` is one).
 *
 * `flush` must issue exactly one statement, before it awaits anything, and leave every judgement to that statement
 * (raise in SQL): COMMIT is already on the wire behind it, so that locks taken by it are held for no round trip.
 */
export interface CommitSink<Item> {
  /** Issues the one statement. A failure of it rolls the transaction back. */
  flush(tx: Queryable, items: Item[]): Promise<void>;
  /** Called after COMMIT succeeded. */
  committed(items: Item[]): void;
}

/** A transaction under way (READ COMMITTED). Independent statements may be issued without awaiting the earlier ones. */
export interface Transaction extends Queryable {
  /** The tenants whose rows this transaction sees and may write. */
  readonly tenants: readonly string[];
  /** Hands items to a sink; may be called any number of times. Sinks are flushed in the order of their first call. */
  collect<Item>(sink: CommitSink<Item>, items: readonly Item[]): void;
  /** Runs after COMMIT, before `transaction()` resolves; never after a rollback. It must not throw. */
  onCommitted(callback: () => void): void;
  /** Runs when it was rolled back, or nobody knows whether COMMIT was done. It must not throw. */
  onFailed(callback: () => void): void;
}

/** Which rows a transaction reaches: those of these tenants; `[]` reaches only tables of the named list. */
export interface Scope {
  tenants: readonly string[];
}

interface Pending {
  sink: CommitSink<unknown>;
  items: unknown[];
}

/** work: statements of the caller; flush: the sinks' statements; over: nothing any more. */
type Phase = 'work' | 'flush' | 'over';

interface TransactionState {
  phase: Phase;
  pending: Pending[];
  callbacks: (() => void)[];
  failureCallbacks: (() => void)[];
}

const uuidPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * BEGIN and the tenants, as one simple query. The ids go into its text, so each must be a UUID.
 * @throws AppError INVALID_ARGUMENT for an id that is none
 */
export function beginText(tenants: readonly string[]): string {
  for (const tenant of tenants) {
    if (!uuidPattern.test(tenant)) {
      throw new AppError(
        'INVALID_ARGUMENT',
        {},
        { fields: [{ field: 'tenant_id', description: 'must be a UUID' }] },
      );
    }
  }
  const ids = tenants.length > 1 ? [...new Set(tenants)] : tenants;
  return `begin;select set_config('omnigate.tenants','{${ids.join(',')}}',true)`;
}

function misuse(reason: string): AppError {
  return new AppError('INTERNAL', {}, { cause: new Error(reason) });
}

function createTransaction(
  session: Session,
  tenants: readonly string[],
  state: TransactionState,
): Transaction {
  return {
    tenants,
    query: async <Row>(statement: Statement) => {
      if (state.phase !== 'work')
        throw misuse('a statement was issued after the work of its transaction ended');
      return session.query<Row>(statement);
    },
    collect: (sink, items) => {
      if (state.phase !== 'work')
        throw misuse('items were collected after the work of their transaction ended');
      const known = state.pending.find((pending) => pending.sink === sink);
      if (known) known.items.push(...items);
      else state.pending.push({ sink: sink as CommitSink<unknown>, items: [...items] });
    },
    onCommitted: (callback) => {
      state.callbacks.push(callback);
    },
    onFailed: (callback) => {
      state.failureCallbacks.push(callback);
    },
  };
}

interface Flush {
  /** Statements issued so far. */
  issued: number;
  failed: boolean;
  done: Promise<void>;
}

function startFlush(session: Session, state: TransactionState, pending: Pending): Flush {
  const flush: Flush = { issued: 0, failed: false, done: Promise.resolve() };
  const query = async <Row>(statement: Statement) => {
    if (state.phase !== 'flush' || flush.issued > 0) throw misuse('a sink issued a second statement');
    flush.issued++;
    return session.query<Row>(statement);
  };
  flush.done = pending.sink.flush({ query }, pending.items).then(() => {
    if (flush.issued !== 1) throw misuse('a sink issued no statement');
  });
  flush.done.catch(() => {
    flush.failed = true;
  });
  return flush;
}

/**
 * Flushes the sinks and commits. The last flush and COMMIT travel together: after a failed statement COMMIT only
 * rolls back, so nothing can be half done.
 */
async function flushAndCommit(session: Session, state: TransactionState): Promise<void> {
  state.phase = 'flush';
  const pending = state.pending.filter(({ items }) => items.length > 0);
  const flushes: Flush[] = [];
  for (const each of pending) {
    const flush = startFlush(session, state, each);
    flushes.push(flush);
    if (flush.issued === 0) await flush.done;
  }
  if (flushes.length > 0) await unsentFailures();
  for (const flush of flushes) if (flush.failed) await flush.done;
  state.phase = 'over';
  const commit = session.command('commit');
  const outcomes = await Promise.allSettled([...flushes.map((flush) => flush.done), commit]);
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed) throw failed.reason;
  if ((await commit) !== 'COMMIT')
    throw misuse('a failed statement of the transaction was ignored; it was rolled back');
  for (const { sink, items } of pending) sink.committed(items);
  for (const callback of state.callbacks) callback();
}

/**
 * Waits until a statement that the driver refused to send (a value that can't be encoded, a name used twice) has
 * rejected: it reports that on the next tick, and its promises settle before the tick after. No round trip is
 * waited for. Without this, COMMIT would go out behind a flush that never did.
 */
async function unsentFailures(): Promise<void> {
  for (let tick = 0; tick < 2; tick++) await new Promise<void>((resolve) => process.nextTick(resolve));
}

/**
 * Runs one transaction on a connection, which the caller releases whatever comes of it.
 * @param scope the tenants, and what `beginText` made of them
 * @throws what `work` or a statement threw, after ROLLBACK; DATABASE_UNAVAILABLE when the outcome of COMMIT is unknown
 */
export async function runTransaction<T>(
  session: Session,
  scope: Scope & { begin: string },
  work: (tx: Transaction) => Promise<T>,
): Promise<T> {
  const state: TransactionState = { phase: 'work', pending: [], callbacks: [], failureCallbacks: [] };
  // Not awaited: the first statements travel with it, and fail where it has failed.
  const begun = session.command(scope.begin);
  begun.catch(() => undefined);
  try {
    const result = await work(createTransaction(session, scope.tenants, state));
    await begun;
    await flushAndCommit(session, state);
    return result;
  } catch (error) {
    if (state.phase !== 'over') await rollBack(session, state);
    for (const callback of state.failureCallbacks) callback();
    throw error;
  }
}

/** A connection that can't roll back is discarded when it is released, and the server rolls back itself. */
async function rollBack(session: Session, state: TransactionState): Promise<void> {
  state.phase = 'over';
  await session.command('rollback').catch(() => undefined);
}

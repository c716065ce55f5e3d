import { createPool, type PoolOptions, takeSession } from './pool';
import type { Queryable, Statement } from './statement';
import { beginText, runTransaction, type Scope, type Transaction } from './transaction';

/** What `createDatabase` needs to know. */
export type DatabaseOptions = PoolOptions;

/** A service's own schema, reached as its serving role. As a Queryable: autocommit, one statement, no tenant. */
export interface Database extends Queryable {
  /**
   * Runs work in one READ COMMITTED transaction. Sinks are flushed last, then COMMIT, then `onCommitted` callbacks.
   * @param scope the tenants (UUIDs) whose rows are visible and writable
   * @throws what `work` threw, after ROLLBACK; AppError DATABASE_UNAVAILABLE when the connection broke, even in
   *   COMMIT: then the transaction may have been kept, and the work must find that out by its own keys
   */
  transaction<T>(scope: Scope, work: (tx: Transaction) => Promise<T>): Promise<T>;
  /** Waits for statements under way, then closes all connections. */
  end(): Promise<void>;
}

/** Opens a service's database. Nothing is connected before the first statement. */
export function createDatabase(o: DatabaseOptions): Database {
  const pool = createPool(o);
  return {
    query: async <Row>(statement: Statement) => {
      const session = await takeSession(pool);
      try {
        return await session.query<Row>(statement);
      } finally {
        session.release();
      }
    },
    transaction: async (scope, work) => {
      const begin = beginText(scope.tenants);
      const session = await takeSession(pool);
      try {
        return await runTransaction(session, { begin, tenants: scope.tenants }, work);
      } finally {
        session.release();
      }
    },
    end: () => pool.end(),
  };
}

import { setTimeout as sleep } from 'node:timers/promises';
import {
  createDatabase,
  type Database,
  type Queryable,
  quoteIdentifier,
  type Statement,
} from '@omnigate/database';
import { createLogger } from '@omnigate/runtime';

/** Looks at the locks of one database from outside, and stands in the way of others. */
export interface LockWatch {
  /** Application names of the connections that wait for a lock now. */
  waiting(): Promise<Set<string>>;
  /**
   * Takes locks and keeps them.
   * @param statements run in one transaction, which is rolled back in the end
   * @returns lets go
   */
  hold(statements: readonly Statement[]): Promise<() => Promise<void>>;
  /** Runs a statement that sees all tenants' rows. */
  query: Queryable['query'];
  /** Deadlocks that the server has found here; complete once the connections that met them are closed. */
  deadlocks(): Promise<number>;
  /** Waits until no connection of these applications is left. */
  gone(applications: readonly string[]): Promise<void>;
  end(): Promise<void>;
}

/** A deadlock is found after so long instead of a second, so that a test does not wait for it. */
const deadlockTimeout = '50ms';

class LetGo extends Error {}

/** Asked all the time: prepared, and without what the view adds. */
const waitingStatement: Statement = {
  name: 'lock-watch-waiting',
  text: `select application_name from pg_stat_get_activity(null)
    where wait_event_type = 'Lock' and datid = (select oid from pg_database where datname = current_database())`,
};

/**
 * Opens a watch; connections that are made to the database from now on find deadlocks soon.
 * @param url a superuser's, as `freshDatabase` gives it
 */
export async function openLockWatch(url: string): Promise<LockWatch> {
  const { username, pathname } = new URL(url);
  const database = createDatabase({
    url,
    schema: 'public',
    role: decodeURIComponent(username),
    poolSize: 8,
    applicationName: 'lock-watch',
    logger: createLogger({ service: 'lock-watch', level: 'silent' }),
  });
  const name = quoteIdentifier(decodeURIComponent(pathname.slice(1)));
  await database.query({ text: `alter database ${name} set deadlock_timeout = '${deadlockTimeout}'` });
  return {
    waiting: async () => {
      const rows = await database.query<{ application_name: string }>(waitingStatement);
      return new Set(rows.map((row) => row.application_name));
    },
    hold: (statements) => hold(database, statements),
    query: (statement) => database.query(statement),
    async deadlocks() {
      const [row] = await database.query<{ deadlocks: bigint }>({
        text: 'select deadlocks from pg_stat_database where datname = current_database()',
      });
      return Number(row?.deadlocks);
    },
    async gone(names) {
      while ((await connected(database)).some((each) => names.includes(each))) await sleep(5);
    },
    end: () => database.end(),
  };
}

async function connected(database: Database): Promise<string[]> {
  const rows = await database.query<{ application_name: string }>({
    text: 'select application_name from pg_stat_activity where datname = current_database()',
  });
  return rows.map((row) => row.application_name);
}

async function hold(database: Database, statements: readonly Statement[]): Promise<() => Promise<void>> {
  const { promise: free, reject: letGo } = Promise.withResolvers<never>();
  const { promise: held, resolve: holding, reject: refused } = Promise.withResolvers<void>();
  const over = database
    .transaction({ tenants: [] }, async (tx) => {
      for (const statement of statements) await tx.query(statement);
      holding();
      await free;
    })
    .catch((error: unknown) => {
      if (!(error instanceof LetGo)) refused(error);
    });
  await held;
  return async () => {
    letGo(new LetGo());
    await over;
  };
}

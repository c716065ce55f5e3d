import type { Database } from '@omnigate/database';

/** One of the two sides of a race; also the application name of its connections. */
export type SideName = 'left' | 'right';

/** Where two sides meet before either touches the database, so that neither is done before the other begins. */
export interface Meeting {
  /** Resolves when both sides are there, or the other has left; later calls of a side that has arrived wait for nothing. */
  arrive(side: SideName): Promise<void>;
  /** The side's work is over. */
  leave(side: SideName): void;
  /** Both were there. */
  readonly met: boolean;
}

/** Makes a meeting that nobody has come to yet. */
export function createMeeting(): Meeting {
  const arrived = new Set<SideName>();
  const { promise: open, resolve } = Promise.withResolvers<void>();
  return {
    arrive(side) {
      arrived.add(side);
      if (arrived.size === 2) resolve();
      return open;
    },
    leave: () => resolve(),
    get met() {
      return arrived.size === 2;
    },
  };
}

/** What a side's database tells of itself. */
export interface Reporter {
  /** Something is about to be run. */
  beginning(): Promise<void>;
  /** The server or the work refused it. */
  failed(error: unknown): void;
}

/** The same database, but it reports before each transaction, and each failure, also those that its caller swallows. */
export function reportingDatabase(database: Database, reporter: Reporter): Database {
  const reported = async <T>(run: () => Promise<T>): Promise<T> => {
    await reporter.beginning();
    try {
      return await run();
    } catch (error) {
      reporter.failed(error);
      throw error;
    }
  };
  return {
    query: (statement) => reported(() => database.query(statement)),
    transaction: (scope, work) => reported(() => database.transaction(scope, work)),
    end: () => database.end(),
  };
}

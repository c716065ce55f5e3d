import type { Database } from '@omnigate/database';
import { createRecurringWork, type Logger } from '@omnigate/runtime';

const everyMs = 3_600_000;

/** Deleted by one statement, which is repeated until nothing is left. */
const keysAtOnce = 50_000;

interface Forgotten {
  table: string;
  /** Column that says how old a row is. */
  age: string;
  days: number;
}

const forgotten: readonly Forgotten[] = [
  { table: 'inbound_key', age: 'received_at', days: 8 },
  { table: 'reply_reservation', age: 'created_at', days: 8 },
  { table: 'business_event', age: 'created_at', days: 90 },
  { table: 'offered_menu', age: 'created_at', days: 8 },
];

/** Whose keys one transaction may see. */
const tenantsAtOnce = 200;

/** Forgets what no provider can repeat any more. */
export interface Retention {
  /** A tenant has keys. Of a tenant that never writes again the last ones stay. */
  saw(tenantId: string): void;
  /** Forgets now. */
  forget(): Promise<void>;
  begin(): void;
  stop(): Promise<void>;
}

/**
 * Forgets, once an hour, inbound keys older than 8 days (the longest retry of a provider is Meta's 7 days), what
 * messages were reserved in (no provider's reply window is open so long, and no receipt comes so late), menus that
 * nobody can answer any more, and what became of business events a quarter of a year ago.
 *
 * @param deps routing's database; how many keys one statement deletes.
 * @returns how to tell it of tenants, and to begin and end it.
 */
export function createRetention(deps: {
  database: Database;
  logger: Logger;
  keysAtOnce?: number;
}): Retention {
  const atOnce = deps.keysAtOnce ?? keysAtOnce;
  const tenants = new Set<string>();
  const { logger } = deps;
  const failure = 'old keys could not be forgotten';
  const recurring = createRecurringWork({ work: forget, everyMs, logger, failure });

  async function forgetOf(scope: string[], { table, age, days }: Forgotten): Promise<void> {
    for (let deleted = atOnce; deleted === atOnce && !recurring.stopped; ) {
      const [row] = await deps.database.transaction({ tenants: scope }, (tx) =>
        tx.query<{ deleted: number }>({
          name: `${table}-forget`,
          text: `with gone as (
              delete from ${table} where ctid = any(array(
                select ctid from ${table} where ${age} < now() - interval '${days} days' limit $1)) returning 1
            )
            select count(*)::int as deleted from gone`,
          values: [atOnce],
        }),
      );
      deleted = row?.deleted ?? 0;
    }
  }

  async function forget(): Promise<void> {
    const all = [...tenants];
    for (let from = 0; from < all.length; from += tenantsAtOnce) {
      for (const each of forgotten) await forgetOf(all.slice(from, from + tenantsAtOnce), each);
    }
  }

  return {
    saw: (tenantId) => void tenants.add(tenantId),
    forget: recurring.run,
    begin: recurring.begin,
    stop: recurring.stop,
  };
}

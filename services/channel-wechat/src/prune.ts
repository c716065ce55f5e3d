import type { Database } from '@omnigate/database';
import { createRecurringWork, type Logger } from '@omnigate/runtime';
import type { OpenHolds } from './holds/open-holds';
import { pruneCustomers } from './store/customers';
import { prunePushes } from './store/pushes';

/** Forgets what can't come again. */
export interface Prune {
  /** A tenant has rows. Of a tenant that never writes again the last ones stay. */
  saw(tenantId: string): void;
  begin(): void;
  stop(): Promise<void>;
}

const everyMs = 60_000;
/** Whose rows one transaction may see. */
const tenantsAtOnce = 200;

/** Makes the look at what is old, once a minute. */
export function createPrune(o: { database: Database; holds: OpenHolds; logger: Logger }): Prune {
  const tenants = new Set<string>();

  async function prune(): Promise<void> {
    o.holds.sweep();
    const all = [...tenants];
    for (let from = 0; from < all.length; from += tenantsAtOnce) {
      await o.database.transaction({ tenants: all.slice(from, from + tenantsAtOnce) }, async (tx) => {
        await prunePushes(tx);
        await pruneCustomers(tx);
      });
    }
  }

  const failure = 'old pushes could not be forgotten';
  const { begin, stop } = createRecurringWork({ work: prune, everyMs, logger: o.logger, failure });
  return { saw: (tenantId) => void tenants.add(tenantId), begin, stop };
}

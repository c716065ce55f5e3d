import { createRecurringWork } from '@omnigate/runtime';
import type { AnalyticsContext } from './context';
import { addDays, zonedHour } from './domain/zoned-day';
import { forgetRareWords, forgetSaid, type TenantDay } from './store/words';
import { timeZoneOf } from './tenant-zone';

const everyMs = 3_600_000;
/** The day itself and two before: what people wrote is not told longer than 72 h. */
const keptDays = 2;
/** A word of fewer conversations may be somebody's name. Words are compared with those of 28 days. */
const rare = { conversations: 5, withinDays: 30, keptDays: 400 };
/** Whose words one transaction may see. */
const tenantsAtOnce = 100;

/** Forgets what customers wrote. */
export interface Retention {
  /** Forgets now. */
  forget(): Promise<void>;
  begin(): void;
  stop(): Promise<void>;
}

/**
 * Forgets, at the start and once an hour, the words of single conversations after three days, and then words so rare that they may name
 * somebody.
 *
 * @param context what analytics works with.
 * @returns how to begin and end it.
 */
export function createRetention(context: AnalyticsContext): Retention {
  const { logger } = context;
  const failure = 'old words could not be forgotten';
  // At once too, for processes that live shorter than an hour.
  const recurring = createRecurringWork({ work: forget, everyMs, atOnce: true, logger, failure });

  const oldestDay = async (tenantId: string): Promise<TenantDay> => {
    const { day } = zonedHour(context.clock(), await timeZoneOf(context, tenantId));
    return { tenantId, day: addDays(day, -keptDays) };
  };

  async function forgetOf(scope: string[]): Promise<void> {
    const days = await Promise.all(scope.map(oldestDay));
    await context.database.transaction({ tenants: scope }, async (tx) => {
      await forgetSaid(tx, days);
      await forgetRareWords(tx, days, rare);
    });
  }

  async function forget(): Promise<void> {
    const { tenantIds } = await context.registry.listTenants({});
    for (let from = 0; from < tenantIds.length && !recurring.stopped; from += tenantsAtOnce) {
      await forgetOf(tenantIds.slice(from, from + tenantsAtOnce));
    }
  }

  return { forget: recurring.run, begin: recurring.begin, stop: recurring.stop };
}

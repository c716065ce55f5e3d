import { createRecurringWork } from '@omnigate/runtime';
import type { RoutingContext } from '../context';
import { beginChanges, writeChanges } from '../store/changes';
import { lockConversations } from '../store/conversations';
import { lateConversations } from '../store/ticket-requests';
import { releaseRequests } from './requests';

const everyMs = 2_000;
const conversationsAtOnce = 100;

/** Lets requests to the ticket service go that have waited for their files long enough. */
export interface HeldRequests {
  /** Lets go what is late now. */
  release(): Promise<void>;
  begin(): void;
  stop(): Promise<void>;
}

/**
 * Creates the clock of held requests; what is stored in time is let go by whoever stores it.
 *
 * @param context routing's database and bus.
 * @returns how to begin and end it.
 */
export function createHeldRequests(
  context: Pick<RoutingContext, 'database' | 'bus' | 'clock' | 'logger'>,
): HeldRequests {
  async function release(): Promise<void> {
    const late = await lateConversations(context.database, conversationsAtOnce);
    if (late.length === 0) return;
    const tenants = [...new Set(late.map(({ tenantId }) => tenantId))];
    await context.database.transaction({ tenants }, async (tx) => {
      await lockConversations(tx, late);
      const changes = beginChanges(tx, context.clock());
      await releaseRequests(changes, late);
      await writeChanges(changes, context.bus);
    });
  }

  const { logger } = context;
  const failure = 'late ticket requests could not be let go';
  const recurring = createRecurringWork({ work: release, everyMs, logger, failure });
  return { release: recurring.run, begin: recurring.begin, stop: recurring.stop };
}

import { TicketState } from '@omnigate/contracts';
import { toAppError } from '@omnigate/errors';
import { createRecurringWork } from '@omnigate/runtime';
import { closeUnanswered } from './acts/customer-acts';
import { escalate } from './acts/escalate';
import { finish, held } from './acts/held';
import type { TicketContext } from './context';
import { type Deadline, nextDeadlines } from './store/deadlines';
import { lockOverdue } from './store/tickets';

/** Deadlines are looked at when the nearest is due, and at least so often, for what other processes wrote. */
const lookEveryMs = 5_000;
const deadlinesAtOnce = 100;

/** Does what time does to tickets: escalates late ones, closes those whose customer says nothing. */
export interface Sweeper {
  /** Looks now. @returns milliseconds until the nearest deadline, at most five seconds */
  sweep(): Promise<number>;
  begin(): void;
  stop(): Promise<void>;
}

/**
 * Makes the sweeper. Any number of processes may sweep: each ticket is taken by one, under its lock, and read again.
 *
 * @param context what the service works with
 * @returns the sweeper
 */
export function createSweeper(context: TicketContext): Sweeper {
  let waitMs = lookEveryMs;
  const recurring = createRecurringWork({
    async work() {
      waitMs = lookEveryMs;
      waitMs = await sweep();
    },
    everyMs: () => waitMs,
    atOnce: true,
    logger: context.logger,
    failure: 'deadlines of tickets could not be read',
  });

  // One that can't be settled stays due, and must not stand before the others: each is tried once a sweep.
  async function sweep(): Promise<number> {
    for (let after: Deadline | undefined; !recurring.stopped; ) {
      const page = await nextDeadlines(context.database, { limit: deadlinesAtOnce, after });
      for (const each of page.filter(({ remainingMs }) => remainingMs <= 0)) await settle(context, each);
      const next = page.find(({ remainingMs }) => remainingMs > 0);
      if (next) return Math.min(next.remainingMs + 5, lookEveryMs);
      if (page.length < deadlinesAtOnce) break;
      after = page.at(-1);
    }
    return lookEveryMs;
  }

  return { sweep, begin: recurring.begin, stop: recurring.stop };
}

async function settle(context: TicketContext, { tenantId, id }: Deadline): Promise<void> {
  try {
    const book = await context.catalogue.of(tenantId);
    await context.database.transaction({ tenants: [tenantId] }, async (tx) => {
      const locked = await lockOverdue(tx, { tenantId, id });
      if (!locked) return;
      const inHand = held({ context, tx, book, actor: 'system' }, locked);
      if (inHand.ticket.state === TicketState.TICKET_STATE_COMPLETED) closeUnanswered(inHand);
      else await escalate(inHand);
      await finish(inHand);
    });
  } catch (error) {
    const fields = { err: toAppError(error), tenant_id: tenantId, ticket_id: id };
    context.logger.warn(fields, 'a deadline of a ticket could not be settled');
  }
}

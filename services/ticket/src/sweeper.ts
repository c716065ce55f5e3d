import { TicketState } from '@omnigate/contracts';
import { toAppError } from '@omnigate/errors';
import { closeUnanswered } from './acts/customer-acts';
import { escalate } from './acts/escalate';
import { finish, held } from './acts/held';
import type { TicketContext } from './context';
import { nextDeadlines } from './store/deadlines';
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
  let timer: NodeJS.Timeout | undefined;
  let sweeping = Promise.resolve();
  let stopped = false;

  const sweep = async (): Promise<number> => {
    const deadlines = await nextDeadlines(context.database, deadlinesAtOnce);
    const due = deadlines.filter(({ remainingMs }) => remainingMs <= 0);
    let failed = false;
    for (const each of due) {
      if (stopped) break;
      failed = !(await settle(context, each)) || failed;
    }
    // What could not be settled is still due, and is not asked for again at once.
    if (failed) return lookEveryMs;
    if (due.length === deadlinesAtOnce) return 0;
    const next = deadlines.find(({ remainingMs }) => remainingMs > 0)?.remainingMs ?? lookEveryMs;
    return Math.min(next + 5, lookEveryMs);
  };

  const schedule = (ms: number): void => {
    if (stopped) return;
    timer = setTimeout(() => {
      sweeping = sweep().then(schedule, (error: unknown) => {
        context.logger.warn({ err: toAppError(error) }, 'deadlines of tickets could not be read');
        schedule(lookEveryMs);
      });
    }, ms);
  };

  return {
    sweep,
    begin: () => schedule(0),
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await sweeping;
    },
  };
}

/** Settles one ticket; false where it failed. */
async function settle(
  context: TicketContext,
  { tenantId, id }: { tenantId: string; id: string },
): Promise<boolean> {
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
    return true;
  } catch (error) {
    const fields = { err: toAppError(error), tenant_id: tenantId, ticket_id: id };
    context.logger.warn(fields, 'a deadline of a ticket could not be settled');
    return false;
  }
}

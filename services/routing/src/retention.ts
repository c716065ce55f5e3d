import type { Database } from '@omnigate/database';
import { toAppError } from '@omnigate/errors';
import type { Logger } from '@omnigate/runtime';

const everyMs = 3_600_000;

/** Deleted by one statement; the rest waits for the next. */
const keysAtOnce = 50_000;

/**
 * Forgets, once an hour, inbound keys older than 8 days (the longest retry of a provider is Meta's 7 days). The
 * policies of the table let them be seen and deleted without a tenant from that age on.
 *
 * @param deps routing's database.
 * @returns how to begin and end it.
 */
export function createRetention(deps: { database: Database; logger: Logger }) {
  let timer: NodeJS.Timeout | undefined;
  const forget = (): void => {
    deps.database
      .query({
        text: `delete from inbound_key where ctid = any(array(
          select ctid from inbound_key where received_at < now() - interval '8 days' limit $1))`,
        values: [keysAtOnce],
      })
      .catch((error: unknown) =>
        deps.logger.warn({ err: toAppError(error) }, 'old keys could not be forgotten'),
      );
  };
  return {
    begin(): void {
      timer = setInterval(forget, everyMs).unref();
    },
    stop(): void {
      clearInterval(timer);
    },
  };
}

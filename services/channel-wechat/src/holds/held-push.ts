import type { ClaimedDelivery, HeldDeliveries, HeldKey } from '@omnigate/channel-kit';
import type { Logger } from '@omnigate/runtime';
import type { OpenHolds } from './open-holds';

/** How long a push is held, in ms from its arrival: WeChat drops the connection after 5 s. */
export const defaultHoldMs = 4_500;
/** A wake-up may have been lost, so at the end, less this, it is looked for again. */
const lastLookMs = 100;
/** The share of the time for which a kept answer waits for that to the new message, so that both go together. */
const companyShare = 0.4;

/** What a held push waited for. */
export interface Waited {
  /** Deliveries that are this connection's alone; none where there was nothing in time. */
  claimed: ClaimedDelivery[];
  /** How many deliveries for the customer were stored meanwhile, those claimed included. */
  stored: number;
  /** The provider has closed the connection, or this process stops. */
  gone: boolean;
}

/** A push whose connection is held. */
export interface HeldPush {
  /** Waits for what is to be sent to the customer. */
  wait(gone: AbortSignal, o: { queued: boolean }): Promise<Waited>;
  /** Gives it up before anybody waits. */
  close(): void;
}

/** What holding stands on. */
export interface HoldingDeps {
  holds: OpenHolds;
  deliveries: HeldDeliveries;
  logger: Logger;
  /** How long a push is held, in ms from its arrival. */
  holdMs: number;
}

/**
 * Begins to hold: from now on what is stored for the customer is left to this connection until it gives up.
 * @param o.atMost deliveries that one answer may take
 * @param o.elapsedMs since the push came
 */
export function holdPush(
  deps: HoldingDeps,
  key: HeldKey,
  o: { atMost: number; elapsedMs: number; keepsCompany: boolean },
): HeldPush {
  const { holds, deliveries, logger, holdMs } = deps;
  const waited: Waited = { claimed: [], stored: 0, gone: false };
  const { promise: over, resolve: end } = Promise.withResolvers<void>();
  let begun = false;
  let ended = false;
  let looking = false;
  let again = false;
  const finish = () => {
    ended = true;
    end();
  };
  const leaveAtOnce = () => {
    waited.gone ||= !ended;
    finish();
  };

  /** What is claimed after the end goes another way at once. */
  function take(claimed: ClaimedDelivery[]): void {
    if (ended) {
      for (const each of claimed)
        deliveries.settle(each, { kind: 'deferred', afterMs: 0, code: 'WINDOW_CLOSED' });
    } else if (claimed.length > 0) {
      waited.claimed = claimed;
      finish();
    }
  }

  /** Claims, one at a time, and only for who waits: whoever gives up before that has nothing to give back. */
  async function look(): Promise<void> {
    again = looking;
    if (looking || ended || !begun) return;
    looking = true;
    try {
      take(await deliveries.claim(key, o.atMost));
    } catch (err) {
      // It is the sender's when this has given up.
      logger.warn({ err, channel_id: key.channelId }, 'an answer could not be claimed');
    } finally {
      looking = false;
    }
    if (again) await look();
  }

  const waiting = {
    wake(count: number) {
      if (!ended) waited.stored += count;
      void look();
    },
    // Where one answer takes several, it also takes those that were stored before.
    taker: () =>
      begun && !ended && !looking && o.atMost === 1
        ? { take: (each: ClaimedDelivery) => take([each]) }
        : undefined,
    release: leaveAtOnce,
  };
  const leave = holds.add(key.key, waiting, holdMs - o.elapsedMs);
  const timers = [
    setTimeout(() => void look(), Math.max(0, holdMs - lastLookMs - o.elapsedMs)),
    setTimeout(finish, Math.max(0, holdMs - o.elapsedMs)),
  ];
  const close = () => {
    finish();
    for (const timer of timers) clearTimeout(timer);
    leave();
  };

  return {
    close,
    async wait(gone, { queued }) {
      if (gone.aborted) leaveAtOnce();
      gone.addEventListener('abort', leaveAtOnce, { once: true });
      begun = true;
      if (queued && o.keepsCompany && waited.stored === 0)
        timers.push(setTimeout(() => void look(), companyShare * holdMs - o.elapsedMs));
      else if (queued || waited.stored > 0) void look();
      await over;
      gone.removeEventListener('abort', leaveAtOnce);
      close();
      return waited;
    },
  };
}

import type { UserInput } from './user-input';

/** WeChat's own ledger of what an account may send to a follower. */
export interface Windows {
  /** A follower did something. */
  came(openId: string, input: UserInput): void;
  /** The errcode that a customer-service message is refused with; undefined, and one is used, where it is taken. */
  use(openId: string): number | undefined;
}

interface Window {
  untilMs: number;
  left: number;
}

const hourMs = 3_600_000;
/** Taps that let an account speak for a minute. */
const taps = new Set(['click', 'scan', 'subscribe', 'scancode_push', 'scancode_waitmsg']);

/**
 * Makes an empty ledger: 5 messages in 48 h after a message, 3 in a minute after a tap; a tap on a menu message is a tap.
 * @param now WeChat's clock, Unix ms
 */
export function createWindows(now: () => number): Windows {
  const windows = new Map<string, Window[]>();
  const following = new Map<string, boolean>();

  return {
    came(openId, input) {
      const event = input.type === 'event' ? input.event.toLowerCase() : '';
      following.set(openId, event !== 'unsubscribe');
      if (event === 'unsubscribe') windows.delete(openId);
      const tapped = taps.has(event) || input.type === 'choice';
      if (input.type === 'event' && !tapped) return;
      const [message, tap] = windows.get(openId) ?? [undefined, undefined];
      const opened = tapped
        ? { untilMs: now() + 60_000, left: 3 }
        : { untilMs: now() + 48 * hourMs, left: 5 };
      windows.set(openId, (tapped ? [message, opened] : [opened, tap]) as Window[]);
    },
    use(openId) {
      if (!following.has(openId)) return 40003;
      if (!following.get(openId)) return 43004;
      const open = (windows.get(openId) ?? []).filter((window) => window && window.untilMs >= now());
      if (open.length === 0) return 45015;
      const [window] = open.filter(({ left }) => left > 0);
      if (!window) return 45047;
      window.left -= 1;
      return undefined;
    },
  };
}

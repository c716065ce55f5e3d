import type { Holding } from '@omnigate/channel-kit';
import { PartyRole } from '@omnigate/contracts';
import type { DirectoryCache } from '@omnigate/directory-cache';
import type { AnswerOnly } from '../outbound/answer-only';
import { keptMs } from '../outbound/send';
import { noteSpeeches } from '../store/customers';
import type { OpenHolds } from './open-holds';

/** The sender takes a message later than its connection gives it up, and after its time has passed. */
const slackMs = 500;

/**
 * Decides which messages wait for a held connection: those of a customer who has one open, and all of an account that may
 * only answer. Who was answered by a person, or by a bot that came too late for its connection, decides what is held next.
 */
export function createHolding(o: {
  holds: OpenHolds;
  answerOnly: AnswerOnly;
  directory: Pick<DirectoryCache, 'peekChannel'>;
  now(): number;
}): Holding {
  return {
    heldMs(send, key) {
      const channel = o.directory.peekChannel(send.channel?.id ?? '');
      if (channel && o.answerOnly.has(channel)) {
        const leftMs = (send.notAfter?.getTime() ?? Number.POSITIVE_INFINITY) - o.now();
        return Math.max(0, Math.min(keptMs, leftMs)) + slackMs;
      }
      const leftMs = o.holds.leftMs(key);
      return leftMs > 0 ? leftMs + slackMs : 0;
    },
    taker: o.holds.taker,
    storing(tx, sends) {
      const speeches = sends
        .map(({ row, send }) => ({ ...row, byBot: send.sender?.role === PartyRole.PARTY_ROLE_BOT }))
        // The usual thing, which needs no note.
        .filter(({ byBot, heldMs }) => !byBot || !heldMs);
      return speeches.length > 0 ? noteSpeeches(tx, speeches) : undefined;
    },
    stored(rows) {
      const counts = new Map<string, number>();
      for (const { key } of rows) counts.set(key, (counts.get(key) ?? 0) + 1);
      o.holds.wake(counts);
    },
  };
}

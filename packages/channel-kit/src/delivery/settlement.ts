import { DeliveryState } from '@omnigate/contracts';
import { createBackoff } from '@omnigate/runtime';
import type { SendResult } from '../adapter';
import type { ClaimedDelivery, Settlement } from './store';

// A message is given up after either; a reply has its own not_after, which is mostly earlier.
const maxAttempts = 20;
const maxAgeMs = 4 * 3_600_000;
const credentialsPauseMs = 60_000;

/** A settlement, with what the sender has to do about the channel. */
export interface Judgement {
  settlement: Settlement;
  result: SendResult;
  /** The channel sends nothing for so long. */
  pauseMs: number;
  windowClosed: boolean;
}

/**
 * Turns what came of an attempt into what is stored.
 * @param random 0 ≤ x < 1, for the back-off's jitter
 */
export function judge(delivery: ClaimedDelivery, result: SendResult, random = Math.random): Judgement {
  const settled = (state: DeliveryState, errorCode: string, more: Partial<Settlement> = {}): Judgement => ({
    settlement: {
      tenantId: delivery.tenantId,
      messageId: delivery.messageId,
      claimedBy: delivery.claimedBy,
      state,
      providerMessageId: '',
      errorCode,
      optedOut: false,
      delayMs: 0,
      counted: true,
      ...more,
    },
    result,
    pauseMs: 0,
    windowClosed: result.kind === 'windowClosed',
  });
  const { DELIVERY_STATE_FAILED: failed, DELIVERY_STATE_QUEUED: queued } = DeliveryState;
  switch (result.kind) {
    case 'sent':
      return settled(DeliveryState.DELIVERY_STATE_SENT, '', { providerMessageId: result.providerMessageId });
    case 'unknown':
      return settled(DeliveryState.DELIVERY_STATE_UNKNOWN, result.code);
    case 'optedOut':
      return settled(failed, result.code, { optedOut: true });
    case 'credentialsBroken':
      // Due at once: the channel pauses, and goes on as soon as its credentials are corrected.
      return { ...settled(queued, result.code, { counted: false }), pauseMs: credentialsPauseMs };
    case 'deferred':
      return settled(queued, result.code, { counted: false, delayMs: result.afterMs });
    case 'retry': {
      if (delivery.attempts >= maxAttempts || delivery.ageMs >= maxAgeMs) return settled(failed, result.code);
      const delayMs = retryDelayMs(delivery.attempts, result.afterMs, random);
      return { ...settled(queued, result.code, { delayMs }), pauseMs: result.afterMs ?? 0 };
    }
    default:
      return settled(failed, result.code);
  }
}

/** Full jitter from 1 s doubling to 5 min; what the provider asked for is the least, with up to a second on top. */
function retryDelayMs(attempts: number, afterMs: number | undefined, random: () => number): number {
  if (afterMs !== undefined) return Math.ceil(afterMs + random() * 1_000);
  const backoff = createBackoff({ baseMs: 1_000, maxMs: 300_000, random });
  for (let attempt = 1; attempt < attempts; attempt += 1) backoff.next();
  // Never at once: the provider has just failed.
  return 100 + backoff.next();
}

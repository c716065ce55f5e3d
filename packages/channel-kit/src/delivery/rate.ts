import type { ResolvedChannel } from '@omnigate/contracts';
import type { State } from '@omnigate/state';
import type { DueChannel } from './due-channels';

// Tokens taken for a claim that found fewer deliveries count for so long; by then the bucket has refilled.
const creditMs = 1_000;

/** Sends a second that a channel allows. */
function rateOf(channel: ResolvedChannel): number {
  const rate = channel.maxPerSecond || channel.channelType?.defaultMaxPerSecond || 1;
  return rate > 0 ? rate : 1;
}

/**
 * Takes up to `want` of a channel's rate tokens; where there are fewer, notes when the next comes.
 * A tenth of a second's sends may go at once, so that a claim can be a batch.
 * @returns how many
 */
export async function takeRateTokens(
  state: State,
  due: DueChannel,
  { channel, want, nowMs }: { channel: ResolvedChannel; want: number; nowMs: number },
): Promise<number> {
  const ratePerSecond = rateOf(channel);
  const burst = Math.max(1, Math.floor(ratePerSecond / 10));
  const credit = due.credit.untilMs > nowMs ? Math.min(want, due.credit.tokens) : 0;
  due.credit.tokens = due.credit.untilMs > nowMs ? due.credit.tokens - credit : 0;
  let count = Math.min(want - credit, burst);
  while (count > 0) {
    const { taken, retryAfterMs } = await state.takeTokens(`send:${channel.id}`, {
      ratePerSecond,
      burst,
      count,
    });
    if (taken) return credit + count;
    if (count === 1) due.notBeforeMs = Math.max(due.notBeforeMs, nowMs + retryAfterMs);
    count = count >> 1;
  }
  return credit;
}

/** Keeps tokens that were taken and not used for the channel's next claim. */
export function returnRateTokens(due: DueChannel, tokens: number, nowMs: number): void {
  if (tokens <= 0) return;
  due.credit = { tokens: due.credit.tokens + tokens, untilMs: nowMs + creditMs };
}

import { AnalyticsServiceService } from '@omnigate/contracts';
import type { EndToEndRun } from './end-to-end';
import type { Stage } from './stage';

const waitMs = 60_000;
const lookEveryMs = 100;

/**
 * Waits until the report of a channel holds every message that its customers were acknowledged.
 *
 * @param stage the stage.
 * @param channel the channel's name, of the first tenant.
 * @param runs all that was sent to it.
 * @returns seconds from the call, which is the end of the load; undefined when it took longer than a minute.
 */
export async function secondsUntilCounted(
  { omnigate }: Stage,
  channel: string,
  runs: readonly Pick<EndToEndRun, 'sent' | 'failed'>[],
): Promise<number | undefined> {
  const since = performance.now();
  const wanted = BigInt(runs.reduce((sum, { sent, failed }) => sum + sent - failed, 0));
  const analytics = omnigate.client(AnalyticsServiceService);
  for (let passed = 0; passed < waitMs; passed = performance.now() - since) {
    const { channels } = await analytics.queryReport({ days: 2, channel });
    if ((channels[0]?.inbound ?? 0n) >= wanted) return Math.round(performance.now() - since) / 1000;
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
  }
  return undefined;
}

import { AnalyticsServiceService } from '@omnigate/contracts';
import type { EndToEndRun, Fared } from './end-to-end';
import type { Mix } from './load';
import type { Stage } from './stage';

const waitMs = 60_000;
const lookEveryMs = 100;

/**
 * Waits until the reports of channels hold every message that their customers were acknowledged.
 *
 * @param stage the stage.
 * @param mix what was sent, to channels that had no message before.
 * @param runs all that was sent to them.
 * @returns seconds from the call, which is the end of the load; undefined when it took longer than a minute.
 */
export async function secondsUntilCounted(
  { omnigate }: Stage,
  mix: Mix,
  runs: readonly Pick<EndToEndRun, 'kinds'>[],
): Promise<number | undefined> {
  const since = performance.now();
  const analytics = omnigate.client(AnalyticsServiceService);
  const isCounted = async ({ load: { kind, channel } }: Mix[number]): Promise<boolean> => {
    const wanted = runs.reduce((sum, { kinds }) => sum + acknowledgedOf(kinds[kind]), 0);
    const { channels } = await analytics.queryReport({ days: 2, channel });
    return (channels[0]?.inbound ?? 0n) >= BigInt(wanted);
  };
  for (let passed = 0; passed < waitMs; passed = performance.now() - since) {
    const counted = await Promise.all(mix.map(isCounted));
    if (counted.every(Boolean)) return Math.round(performance.now() - since) / 1000;
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
  }
  return undefined;
}

const acknowledgedOf = (fared: Fared | undefined): number => (fared ? fared.sent - fared.failed : 0);

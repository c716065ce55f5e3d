import type { Bus } from '@omnigate/bus';
import { ChannelLogged, topics } from '@omnigate/contracts';
import { type Logger, newId } from '@omnigate/runtime';

/** Something that was refused or failed on a channel; no personal data in it. */
export interface ChannelLogEvent {
  stage: 'receive' | 'status' | 'send';
  /** Of packages/errors or the provider's own. */
  code: string;
  /** What to do about it, for people. */
  detail: string;
}

/** Tells the operator what was refused or failed, and why. */
export interface ChannelLog {
  /** Never throws and never waits; at most one entry a second for each channel and code, with the count of those left out. */
  record(channel: { id: string; tenantId: string }, event: ChannelLogEvent): void;
}

const intervalMs = 1_000;
const maxRemembered = 10_000;
const maxUnderWay = 64;

interface Sampled {
  lastMs: number;
  suppressed: number;
}

/**
 * Makes the channel log's producer.
 * @param o.now Unix time in ms; for tests
 */
export function createChannelLog(o: {
  bus: Pick<Bus, 'append'>;
  adapterService: string;
  logger: Logger;
  now?: () => number;
}): ChannelLog {
  const now = o.now ?? Date.now;
  const seen = new Map<string, Sampled>();
  let underWay = 0;

  /** The count of those left out before, or undefined where this one is left out too. */
  function sample(key: string): number | undefined {
    const known = seen.get(key);
    const full = underWay >= maxUnderWay;
    if (known && (full || now() - known.lastMs < intervalMs)) {
      known.suppressed += 1;
      return undefined;
    }
    seen.delete(key);
    if (seen.size >= maxRemembered) seen.delete(seen.keys().next().value as string);
    seen.set(key, { lastMs: full ? 0 : now(), suppressed: full ? 1 : 0 });
    return full ? undefined : (known?.suppressed ?? 0);
  }

  return {
    record(channel, event) {
      const suppressedCount = sample(`${channel.id}|${event.stage}|${event.code}`);
      if (suppressedCount === undefined) return;
      const value = ChannelLogged.encode(
        ChannelLogged.fromPartial({
          tenantId: channel.tenantId,
          channelId: channel.id,
          ...event,
          suppressedCount,
          occurredTime: new Date(now()),
        }),
      ).finish();
      underWay += 1;
      o.bus
        .append({
          topic: topics.channelLog,
          key: channel.id,
          value,
          eventId: newId(),
          type: 'omnigate.operations.v1.ChannelLogged',
          tenantId: channel.tenantId,
        })
        .catch((err: unknown) => o.logger.warn({ err, channel_id: channel.id }, 'channel log entry lost'))
        .finally(() => {
          underWay -= 1;
        });
    },
  };
}

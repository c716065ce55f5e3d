import type { Database } from '@omnigate/database';
import type { Logger } from '@omnigate/runtime';
import type { DeliveryChannel } from './store';
import { dueChannels } from './upkeep-store';

/** Looks whether deliveries still wait of which this process can't know when they may go. */
export interface LookBehind {
  /** A claim has found fewer than were thought to wait. */
  soon(channel: DeliveryChannel): void;
  stop(): void;
}

const waitMs = 250;

/**
 * Makes the look of a sender that is not alone. What it did not get may be in another process's hands, or wait for one
 * of its key that is: the end of that send is told to nobody here, and the slow look at everything comes much later.
 *
 * @param o.look called with those of the channels that have a delivery that is due
 */
export function createLookBehind(o: {
  database: Database;
  logger: Logger;
  look(channels: readonly DeliveryChannel[]): void;
}): LookBehind {
  const waiting = new Map<string, DeliveryChannel>();
  let timer: NodeJS.Timeout | undefined;

  async function lookNow(): Promise<void> {
    const channels = [...waiting.values()];
    waiting.clear();
    timer = undefined;
    const tenants = [...new Set(channels.map((channel) => channel.tenantId))];
    try {
      o.look(await o.database.transaction({ tenants }, (tx) => dueChannels(tx, channels)));
    } catch (err) {
      o.logger.warn({ err }, 'channels could not be looked at');
      for (const channel of channels) soon(channel);
    }
  }

  function soon({ tenantId, channelId }: DeliveryChannel): void {
    waiting.set(channelId, { tenantId, channelId });
    timer ??= setTimeout(() => void lookNow(), waitMs);
  }

  return {
    soon,
    stop: () => clearTimeout(timer),
  };
}

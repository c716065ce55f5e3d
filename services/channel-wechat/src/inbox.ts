import { hash } from 'node:crypto';
import { type Bus, fitsRecord, type OutgoingRecord } from '@omnigate/bus';
import { type Arrival, type InboundMessage, inboundRecord } from '@omnigate/channel-kit';
import type { ResolvedChannel } from '@omnigate/contracts';
import type { Database } from '@omnigate/database';
import { AppError } from '@omnigate/errors';
import { groupCommit, type Signals } from '@omnigate/runtime';
import { keepPushes, type NewPush, type PushPlace } from './store/pushes';

/** Takes pushes onto the bus, each once. */
export interface Inbox {
  /**
   * Publishes a push's message unless it came before; durable when it resolves. A nonce and what came with it are remembered
   * in the same transaction, so a memory can't be ahead of what is durable.
   * @throws AppError SIGNATURE_INVALID: the nonce came with another body; as `Ingest.accept`
   */
  accept(
    channel: ResolvedChannel,
    push: { message: InboundMessage; nonce: string },
    arrival: Arrival,
  ): Promise<PushPlace>;
  drain(): Promise<void>;
}

interface Entry {
  push: NewPush;
  record: OutgoingRecord;
}

const maxPending = 20_000;
/** Nobody sees the acknowledgement itself: the connection waits for an answer, for seconds. */
const lingerMs = 40;

/** Makes the inbox of this process; many pushes share one commit. */
export function createInbox(o: {
  database: Database;
  bus: Pick<Bus, 'publish'>;
  signals: Signals;
  /** Told of each tenant that has pushes. */
  saw(tenantId: string): void;
}): Inbox {
  async function flush(entries: Entry[]): Promise<PushPlace[]> {
    const tenants = [...new Set(entries.map(({ push }) => push.tenantId))];
    tenants.forEach(o.saw);
    return o.database.transaction({ tenants }, async (tx) => {
      const places = await keepPushes(
        tx,
        entries.map(({ push }) => push),
      );
      const fresh = entries.filter((_, index) => places[index]?.kind === 'fresh');
      o.bus.publish(
        tx,
        fresh.map(({ record }) => record),
      );
      return places;
    });
  }
  const group = groupCommit<Entry, PushPlace>({
    maxPending,
    lingerMs,
    tenantOf: ({ push }) => push.tenantId,
    flush,
  });

  return {
    async accept(channel, { message, nonce }, arrival) {
      const startedMs = performance.now();
      o.signals.received();
      o.signals.lag((Date.now() - arrival.receivedTime.getTime()) / 1_000);
      const record = inboundRecord(channel, message, arrival);
      if (!fitsRecord(record)) throw new AppError('RECORD_TOO_LARGE');
      const { tenantId, eventId, key } = record;
      const digest = hash('sha256', arrival.raw, 'buffer').subarray(0, 16);
      const push = { tenantId, channelId: channel.id, nonce, digest, eventId, key, address: message.address };
      const place = await group.add({ push, record }).catch((error: unknown) => {
        o.signals.failed('publish');
        throw error;
      });
      if (place.kind === 'forged') throw new AppError('SIGNATURE_INVALID');
      o.signals.done();
      o.signals.duration((performance.now() - startedMs) / 1_000);
      return place;
    },
    drain: () => group.drain(),
  };
}

import type { Database } from '@omnigate/database';
import { AppError } from '@omnigate/errors';
import { groupCommit } from '@omnigate/runtime';
import { partitionOf } from '../partitioner';
import type { OutgoingRecord } from '../port';
import { messageOf, messageOverheadBytes, type Produced } from './message';
import { type OutboxAppend, outboxAppend, writeOutbox } from './outbox';
import type { Outstanding } from './outstanding';
import type { PartitionReader } from './partition-reader';
import { type RecordProducer, within } from './producer';

/** What appending needs. */
export interface AppenderOptions {
  /** The bus's own. */
  database: Database;
  outstanding: Outstanding;
  /** Called when records are in the outbox. */
  committed(appends: OutboxAppend[]): void;
  producer: RecordProducer;
  reader: Pick<PartitionReader, 'partitionsOf'>;
  /** An append that is not acknowledged after so long fails. */
  timeoutMs: number;
}

/** Writes records to Kafka outside of transactions. */
export interface Appender {
  /** Writes records together with others that come in the same moment. */
  appendAll(records: readonly OutgoingRecord[]): Promise<void>;
  drain(): Promise<void>;
}

/** A record, encoded as for the outbox: that tells what is too large or too long by the rule of every driver. */
interface Item {
  record: OutgoingRecord;
  encoded: OutboxAppend;
}

const maxGroupItems = 1_000;
const maxWaitingItems = 20_000;
/** A request costs as much as many records: where records come in company, they wait for more. */
const lingerMs = 8;
/** After a failure who waits, and who comes, is refused at once for so long: providers try again, and must be told in time. */
const refuseMs = 1_000;

/** Makes the writer of a process: one group at a time. */
export function createAppender(o: AppenderOptions): Appender {
  let refusedUntil = 0;
  const group = groupCommit<Item[]>({
    maxItems: maxGroupItems,
    maxPending: maxWaitingItems,
    lingerMs,
    tenantOf: (items) => items[0]?.record.tenantId ?? '',
    flush: (groups) => write(groups.flat()),
  });

  async function write(items: Item[]): Promise<void> {
    if (performance.now() < refusedUntil) throw new AppError('BUS_UNAVAILABLE');
    try {
      const behind = await o.outstanding.behind(items.map(({ encoded }) => encoded));
      await within(
        o.timeoutMs,
        Promise.all([
          produce(items.filter(({ encoded }) => !behind.has(encoded))),
          behind.size > 0 && queue([...behind]),
        ]),
      );
    } catch (error) {
      refusedUntil = performance.now() + refuseMs;
      throw new AppError('BUS_UNAVAILABLE', {}, { cause: error });
    }
  }

  async function produce(items: Item[]): Promise<void> {
    if (items.length === 0) return;
    const messages: Produced[] = [];
    for (const { record, encoded } of items) {
      messages.push(await placed(o.reader, record, encoded.bytes.length + messageOverheadBytes));
    }
    await o.producer.send(messages);
  }

  async function queue(appends: OutboxAppend[]): Promise<void> {
    await writeOutbox(o.database, appends);
    o.committed(appends);
  }

  return {
    async appendAll(records) {
      if (records.length === 0) return;
      await group.add(records.map((record) => ({ record, encoded: outboxAppend(record) })));
    },
    drain: () => group.drain(),
  };
}

/**
 * Finds the partition of a record.
 * @throws AppError BUS_UNAVAILABLE
 */
export async function placed(
  reader: Pick<PartitionReader, 'partitionsOf'>,
  record: OutgoingRecord,
  bytes: number,
): Promise<Produced> {
  const { topic, key } = record;
  const partition = partitionOf(Buffer.from(key), await reader.partitionsOf(topic));
  return { topic, partition, message: messageOf(record, partition), bytes };
}

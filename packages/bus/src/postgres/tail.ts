import type { BusRecord } from '../port';
import { decodeRecord } from '../record-format';
import type { Append } from './append';
import type { Cursor } from './read';

/**
 * What is kept of a log; readers that are further behind read the database, in larger batches. A record that is kept for
 * long is moved by the garbage collector, and there are hundreds of logs: so no longer than readers linger, in ms.
 */
const maxRecords = 128;
const maxBytes = 512 * 1_024;
const maxAgeMs = 2_000;

/** The end of a log: records without a gap, as far as this process has appended them. */
interface LogTail {
  records: Pick<Append, 'bytes' | 'offset' | 'time'>[];
  bytes: number;
}

/** The newest records that this process has appended, so that its own readers need not ask the database for them. */
export interface Tail {
  /** Takes note of a record that is durable. */
  keep(append: Append): void;
  /**
   * Gives what comes next in a log.
   * @param max at most so many
   * @returns undefined where the tail does not hold it
   */
  read(log: number, cursor: Cursor, max: number): BusRecord[] | undefined;
}

/** Makes an empty one. */
export function createTail(): Tail {
  const tails = new Map<number, LogTail>();

  function tailFor(append: Append): LogTail | undefined {
    const tail = tails.get(append.log);
    const last = tail?.records.at(-1);
    // Two transactions may commit in the order of their offsets and tell it in the other.
    if (last && append.offset <= last.offset) return undefined;
    if (tail && last && append.offset === last.offset + 1n) return tail;
    // Another process has appended between: what it wrote is not here.
    const fresh = { records: [], bytes: 0 };
    tails.set(append.log, fresh);
    return fresh;
  }

  return {
    keep(append) {
      const tail = tailFor(append);
      if (!tail) return;
      const { bytes, offset, time } = append;
      tail.records.push({ bytes, offset, time });
      tail.bytes += bytes.length;
      const oldestMs = time.getTime() - maxAgeMs;
      for (let [first] = tail.records; first; [first] = tail.records) {
        const isFull = tail.bytes > maxBytes || tail.records.length > maxRecords;
        if (!isFull && first.time.getTime() >= oldestMs) break;
        tail.records.shift();
        tail.bytes -= first.bytes.length;
      }
    },
    read(log, cursor, max) {
      const tail = tails.get(log);
      const first = tail?.records[0];
      if (!tail || !first || cursor.next < first.offset) return undefined;
      const start = Number(cursor.next - first.offset);
      if (start >= tail.records.length) return undefined;
      const { topic, partition } = cursor;
      return tail.records
        .slice(start, start + max)
        .map(({ bytes, offset, time }) => decodeRecord(bytes, { topic, partition, offset, time }));
    },
  };
}

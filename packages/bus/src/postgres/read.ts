import type { Database } from '@omnigate/database';
import { numberArray } from '../number-array';
import type { BusRecord } from '../port';
import { decodeRecord } from '../record-format';
import { type Log, logKey } from './heads';
import type { Tail } from './tail';

/** A place in a log from which to read. */
export interface Cursor extends Log {
  /** The offset to read next. */
  next: bigint;
  /** Shown as the records' topic. */
  topic: string;
}

/** A record and the cursor that it was read by. */
export interface ReadRecord {
  cursor: Cursor;
  record: BusRecord;
}

// The first record always comes, however large.
const maxReadBytes = 8 * 1_024 * 1_024;

// Index scans, one a log; the sum cuts a suffix of what they give, so no log gets a gap.
const readText = `
select nth, "offset", time, body from (
  select c.nth, r."offset", r.time, r.body,
    sum(octet_length(r.body)) over (rows between unbounded preceding and 1 preceding) as bytes_before
  from unnest($1::int[], $2::smallint[], $3::bigint[]) with ordinality c(topic_id, partition, next, nth)
  cross join lateral (
    select "offset", time, body from bus.record
    where topic_id = c.topic_id and partition = c.partition and "offset" >= c.next
    order by "offset" limit $4
  ) r
) s where coalesce(bytes_before, 0) < ${maxReadBytes}`;

interface Row {
  nth: bigint;
  offset: bigint;
  time: Date;
  body: Buffer;
}

/** Reads logs. */
export interface Reader {
  /**
   * Reads what comes next in several logs.
   * @param cursors not moved; each has its share of `max`
   * @param max at most so many records
   * @returns per log in the order of offsets
   * @throws AppError DATABASE_UNAVAILABLE
   */
  read(cursors: readonly Cursor[], max: number): Promise<ReadRecord[]>;
}

/** How many records of each log are read, so that the backlog of one does not hold up the others. */
export function shareOf(max: number, logs: number): number {
  return Math.max(1, Math.floor(max / logs));
}

/** Makes a reader that asks the database only for what this process has not appended itself just now. */
export function createReader(database: Database, tail: Tail): Reader {
  return {
    async read(cursors, max) {
      const served = cursors.slice(0, max);
      const share = shareOf(max, served.length);
      const missing: Cursor[] = [];
      const records: ReadRecord[] = [];
      for (const cursor of served) {
        const found = tail.read(logKey(cursor.topicId, cursor.partition), cursor, share);
        if (found) for (const record of found) records.push({ cursor, record });
        else missing.push(cursor);
      }
      if (missing.length > 0) records.push(...(await readDatabase(database, missing, share)));
      return records;
    },
  };
}

// By one statement.
async function readDatabase(database: Database, cursors: Cursor[], share: number): Promise<ReadRecord[]> {
  const values = [
    numberArray(cursors.map((cursor) => cursor.topicId)),
    numberArray(cursors.map((cursor) => cursor.partition)),
    numberArray(cursors.map((cursor) => cursor.next)),
    share,
  ];
  const rows = await database.query<Row>({ name: 'bus_read', text: readText, values, binary: true });
  return rows.map((row) => {
    const cursor = cursors[Number(row.nth) - 1] as Cursor;
    const { topic, partition } = cursor;
    return {
      cursor,
      record: decodeRecord(row.body, { topic, partition, offset: row.offset, time: row.time }),
    };
  });
}

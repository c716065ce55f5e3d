import type { Database } from '@omnigate/database';
import type { BusRecord } from '../port';
import { decodeRecord } from '../record-format';
import { numberArray } from './append';
import type { Log } from './heads';

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
  ) r limit $5
) s where coalesce(bytes_before, 0) < ${maxReadBytes}`;

interface Row {
  nth: bigint;
  offset: bigint;
  time: Date;
  body: Buffer;
}

/**
 * Reads what comes next in several logs, by one statement.
 * @param cursors not moved; the first ones are served first
 * @param max at most so many records
 * @returns per log in the order of offsets, logs in the order of the cursors
 * @throws AppError DATABASE_UNAVAILABLE
 */
export async function readLogs(database: Database, cursors: Cursor[], max: number): Promise<ReadRecord[]> {
  const share = Math.max(1, Math.ceil(max / cursors.length));
  const values = [
    numberArray(cursors.map((cursor) => cursor.topicId)),
    numberArray(cursors.map((cursor) => cursor.partition)),
    numberArray(cursors.map((cursor) => cursor.next)),
    share,
    max,
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

import { deadLetterTopic, retryTopic } from '@omnigate/contracts';
import type { Database, Transaction } from '@omnigate/database';
import { AppError } from '@omnigate/errors';
import { deadLetterHeaders, replayedRecord } from '../dead-letter-record';
import type { BusRecord, DeadLetterEntry, DeadLetterFilter, DeadLetters, OutgoingRecord } from '../port';
import { decodeRecord } from '../record-format';
import type { Topics } from './topics';

/** What dead letters need. */
export interface DeadLettersOptions {
  /** The bus's own. */
  database: Database;
  topics: Topics;
  collect(tx: Transaction, records: readonly OutgoingRecord[]): void;
}

interface Row {
  topic_id: number;
  source: string;
  group_name: string;
  partition: number;
  offset: bigint;
  time: Date;
  body: Buffer;
}

// Newest first within each topic by its index, then over all.
const listText = `
select t.id as topic_id, t.source, t.group_name, r.partition, r."offset", r.time, r.body
from bus.topic t cross join lateral (
  select * from bus.record r
  where r.topic_id = t.id and r.partition = 0 and ($3::timestamptz is null or (r.time, r.topic_id, r."offset") < ($3, $4::int, $5::bigint))
    and ($1::text is null or bus.record_tenant(r.body) = convert_to($1, 'UTF8'))
    and not exists (select from bus.resolution s where s.topic_id = r.topic_id and s.partition = r.partition and s."offset" = r."offset")
  order by r."offset" desc limit $6
) r
where t.name = t.source || '.' || t.group_name || '.dlq' and ($2::text is null or $2 in (t.name, t.source))
order by r.time desc, r.topic_id desc, r."offset" desc limit $6`;

// Whoever inserts a resolution has resolved the record; a second insert waits for the first one's commit and finds it.
const resolveText = `
with resolved as (
  insert into bus.resolution (topic_id, partition, "offset", kind)
  select r.topic_id, r.partition, r."offset", $4
  from unnest($1::int[], $2::smallint[], $3::bigint[]) i(topic_id, partition, "offset")
  join bus.record r using (topic_id, partition, "offset")
  join bus.topic t on t.id = r.topic_id and t.name = t.source || '.' || t.group_name || '.dlq'
  order by 1, 2, 3
  on conflict do nothing returning topic_id, partition, "offset"
)
select t.id as topic_id, t.source, t.group_name, r.partition, r."offset", r.time, r.body
from resolved join bus.record r using (topic_id, partition, "offset") join bus.topic t on t.id = topic_id
order by r.topic_id, r.partition, r."offset"`;

/** Makes the operations on what groups could not handle. */
export function createDeadLetters(o: DeadLettersOptions): DeadLetters {
  async function resolve(
    tx: Pick<Database, 'query'>,
    ids: string[],
    kind: 'replayed' | 'dropped',
  ): Promise<Row[]> {
    const places = [...new Set(ids)].map(parseId);
    const columns = [0, 1, 2].map((column) => places.map((place) => place[column]));
    return tx.query<Row>({ text: resolveText, values: [...columns, kind], binary: true });
  }

  async function ensureRetryTopics(ids: string[]): Promise<void> {
    const topicIds = ids.map((id) => Number(parseId(id)[0]));
    const rows = await o.database.query<{ source: string; group_name: string }>({
      text: 'select source, group_name from bus.topic where id = any($1) and source is not null',
      values: [topicIds],
    });
    for (const { source, group_name: group } of rows) {
      o.topics.declare(retryTopic(source, group), { source, group });
      await o.topics.ensure(retryTopic(source, group));
    }
  }

  return {
    async list({ tenantId, topic, limit, before }) {
      const after = before === undefined ? undefined : await findRow(o.database, before);
      const keyset = after ? [after.time, after.topic_id, after.offset] : [null, null, null];
      const values = [tenantId ?? null, topic ?? null, ...keyset, limit] satisfies (
        | DeadLetterFilter['tenantId']
        | unknown
      )[];
      const rows = await o.database.query<Row>({ text: listText, values, binary: true });
      return rows.map(entryOf);
    },
    async replay(ids) {
      if (ids.length === 0) return 0;
      await ensureRetryTopics(ids);
      return o.database.transaction({ tenants: [] }, async (tx) => {
        const rows = await resolve(tx, ids, 'replayed');
        o.collect(tx, rows.map(replayOf));
        return rows.length;
      });
    },
    async drop(ids) {
      return ids.length === 0 ? 0 : (await resolve(o.database, ids, 'dropped')).length;
    },
  };
}

const idPattern = /^(\d{1,9})-(\d{1,4})-(\d{1,18})$/;

function parseId(id: string): [topicId: string, partition: string, offset: string] {
  const [, topicId, partition, offset] = idPattern.exec(id) ?? [];
  if (topicId && partition && offset) return [topicId, partition, offset];
  const description = 'must be the id of a dead letter';
  throw new AppError('INVALID_ARGUMENT', {}, { fields: [{ field: 'id', description }] });
}

async function findRow(database: Database, id: string): Promise<Pick<Row, 'time' | 'topic_id' | 'offset'>> {
  const rows = await database.query<Row>({
    text: 'select time, topic_id, "offset" from bus.record where topic_id = $1 and partition = $2 and "offset" = $3',
    values: parseId(id),
  });
  if (!rows[0]) throw new AppError('PAGE_TOKEN_INVALID');
  return rows[0];
}

function recordOf(row: Row): BusRecord {
  const { source: topic, partition, offset, time } = row;
  return decodeRecord(row.body, { topic, partition, offset, time });
}

function entryOf(row: Row): DeadLetterEntry {
  const { key, value, type, headers, eventId, tenantId, topic, time } = recordOf(row);
  const id = `${row.topic_id}-${row.partition}-${row.offset}`;
  const errorCode = headers[deadLetterHeaders.errorCode] ?? '';
  const group = row.group_name;
  return { id, topic, group, key, value, type, headers, errorCode, failTime: time, eventId, tenantId };
}

function replayOf(row: Row): OutgoingRecord {
  return replayedRecord(recordOf(row), retryTopic(row.source, row.group_name));
}

/** Declares the dead-letter topic of a group, so that it is made as one. */
export function declareDeadLetters(topics: Topics, source: string, group: string): void {
  topics.declare(deadLetterTopic(source, group), { source, group });
}

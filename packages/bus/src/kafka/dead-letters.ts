import { retryTopic } from '@omnigate/contracts';
import type { Database, Transaction } from '@omnigate/database';
import { AppError, isAppError } from '@omnigate/errors';
import { deadLetterHeaders, replayedRecord } from '../dead-letter-record';
import { numberArray } from '../number-array';
import type { BusRecord, DeadLetterEntry, DeadLetterFilter, DeadLetters, OutgoingRecord } from '../port';
import { recordOf } from './message';
import type { PartitionReader } from './partition-reader';
import type { Place } from './positions';

/** What dead letters need. */
export interface DeadLettersOptions {
  /** The bus's own. */
  database: Database;
  reader: PartitionReader;
  collect(tx: Transaction, records: readonly OutgoingRecord[]): void;
}

/** Where a dead letter lies. */
interface LetterPlace extends Place {
  offset: bigint;
}

/** A dead letter as it lies in its topic. */
interface Letter extends LetterPlace {
  record: BusRecord;
}

const suffix = '.dlq';
/** So many are read at once, from the newest backwards. */
const windowSize = 200n;

/** Brokers keep dead letters 30 days: what became of older ones is of no use. */
const resolveText = `
with forgotten as (
  delete from bus.kafka_resolution where time < now() - interval '32 days'
)
insert into bus.kafka_resolution (topic, partition, "offset", kind)
select * , $4 from unnest($1::text[], $2::int[], $3::bigint[]) i(topic, partition, "offset") order by 1, 2, 3
on conflict do nothing returning topic, partition, "offset"`;

const resolvedText = `
select topic, partition, "offset" from bus.kafka_resolution
join unnest($1::text[], $2::int[], $3::bigint[]) i(topic, partition, "offset") using (topic, partition, "offset")`;

/** Makes the operations on what groups could not handle. The letters are in Kafka, what became of them in the database. */
export function createDeadLetters(o: DeadLettersOptions): DeadLetters {
  const { database, reader } = o;

  async function topicsOf(filter: string | undefined): Promise<string[]> {
    const names = (await reader.topicNames()).filter((name) => name.endsWith(suffix));
    if (filter === undefined) return names;
    return names.filter((name) => name === filter || name.startsWith(`${filter}.`));
  }

  // All between two offsets of a partition.
  async function readWindow({ topic, partition }: Place, from: bigint, to: bigint): Promise<Letter[]> {
    const letters: Letter[] = [];
    await reader.partitionsOf(topic);
    for (let next = from; next < to; ) {
      const [read] = await reader.read([{ topic, partition, next }], 0);
      const messages = (read?.partition.messages ?? []).filter(({ offset }) => BigInt(offset) >= next);
      const last = messages.at(-1);
      if (!last) break;
      for (const message of messages) {
        const offset = BigInt(message.offset);
        if (offset < to)
          letters.push({ topic, partition, offset, record: recordOf(message, { topic, partition }) });
      }
      next = BigInt(last.offset) + 1n;
    }
    return letters;
  }

  async function unresolved(letters: Letter[]): Promise<Letter[]> {
    const rows = await database.query<LetterPlace>({
      text: resolvedText,
      values: columnsOf(letters),
      binary: true,
    });
    const gone = new Set(rows.map(idOf));
    return letters.filter((letter) => !gone.has(idOf(letter)));
  }

  // The newest of a topic that are wanted, at most `limit`.
  async function newest(place: Place, low: bigint, end: bigint, wanted: Wanted): Promise<Letter[]> {
    const found: Letter[] = [];
    for (let to = end; to > low && found.length < wanted.limit; to -= windowSize) {
      const from = to - windowSize > low ? to - windowSize : low;
      const letters = (await readWindow(place, from, to)).filter(wanted.matches);
      found.push(...(letters.length === 0 ? [] : await unresolved(letters)).toReversed());
    }
    return found.slice(0, wanted.limit);
  }

  async function find(id: string): Promise<Letter | undefined> {
    const place = parseId(id);
    try {
      const bounds = (await reader.bounds(place.topic))[place.partition];
      if (!bounds || place.offset < bounds.low || place.offset >= bounds.high) return undefined;
      const [letter] = await readWindow(place, place.offset, place.offset + 1n);
      return letter;
    } catch (error) {
      if (isAppError(error, 'BUS_UNAVAILABLE') && !(await topicsOf(place.topic)).includes(place.topic))
        return undefined;
      throw error;
    }
  }

  async function findAll(ids: string[]): Promise<Letter[]> {
    for (const id of ids) parseId(id);
    const letters = await Promise.all([...new Set(ids)].map(find));
    return letters.filter((letter) => letter !== undefined);
  }

  async function resolve(
    queryable: Pick<Database, 'query'>,
    letters: Letter[],
    kind: 'replayed' | 'dropped',
  ): Promise<Letter[]> {
    if (letters.length === 0) return [];
    const values = [...columnsOf(letters), kind];
    const rows = await queryable.query<LetterPlace>({ text: resolveText, values, binary: true });
    const resolved = new Set(rows.map(idOf));
    return letters.filter((letter) => resolved.has(idOf(letter)));
  }

  return {
    async list(filter) {
      const wanted = await wantedOf(filter, find);
      const lists = await Promise.all(
        (await topicsOf(filter.topic)).map(async (topic) => {
          const bounds = await reader.bounds(topic);
          return Promise.all(
            bounds.map(({ low, high }, partition) => newest({ topic, partition }, low, high, wanted)),
          );
        }),
      );
      return lists.flat(2).sort(newestFirst).slice(0, filter.limit).map(entryOf);
    },
    async replay(ids) {
      const letters = await findAll(ids);
      return database.transaction({ tenants: [] }, async (tx) => {
        const mine = await resolve(tx, letters, 'replayed');
        o.collect(tx, mine.map(replayOf));
        return mine.length;
      });
    },
    async drop(ids) {
      return (await resolve(database, await findAll(ids), 'dropped')).length;
    },
  };
}

/** Which letters a list holds. */
interface Wanted {
  limit: number;
  matches(letter: Letter): boolean;
}

async function wantedOf(
  { tenantId, limit, before }: DeadLetterFilter,
  find: (id: string) => Promise<Letter | undefined>,
): Promise<Wanted> {
  const edge = before === undefined ? undefined : await find(before);
  if (before !== undefined && !edge) throw new AppError('PAGE_TOKEN_INVALID');
  return {
    limit,
    matches: (letter) =>
      (tenantId === undefined || letter.record.tenantId === tenantId) &&
      (edge === undefined || newestFirst(edge, letter) < 0),
  };
}

function newestFirst(a: Letter, b: Letter): number {
  const later = b.record.time.getTime() - a.record.time.getTime();
  if (later !== 0) return later;
  if (a.topic !== b.topic) return a.topic < b.topic ? 1 : -1;
  return a.partition - b.partition || Number(b.offset - a.offset);
}

function columnsOf(letters: Letter[]): unknown[] {
  return [
    letters.map(({ topic }) => topic),
    numberArray(letters.map(({ partition }) => partition)),
    numberArray(letters.map(({ offset }) => offset)),
  ];
}

function idOf({ topic, partition, offset }: LetterPlace): string {
  return `${topic.slice(0, -suffix.length)}-${partition}-${offset}`;
}

const idPattern = /^([\w.-]{1,245})-(\d{1,5})-(\d{1,18})$/;

function parseId(id: string): LetterPlace {
  const [, name, partition, offset] = idPattern.exec(id) ?? [];
  if (name && partition && offset) {
    return { topic: `${name}${suffix}`, partition: Number(partition), offset: BigInt(offset) };
  }
  const description = 'must be the id of a dead letter';
  throw new AppError('INVALID_ARGUMENT', {}, { fields: [{ field: 'id', description }] });
}

function entryOf(letter: Letter): DeadLetterEntry {
  const { key, value, type, headers, eventId, tenantId, time } = letter.record;
  const errorCode = headers[deadLetterHeaders.errorCode] ?? '';
  const { source: topic, group } = originOf(letter);
  return {
    id: idOf(letter),
    topic,
    group,
    key,
    value,
    type,
    headers,
    errorCode,
    failTime: time,
    eventId,
    tenantId,
  };
}

function originOf({ record: { headers } }: Letter): { source: string; group: string } {
  return {
    source: headers[deadLetterHeaders.sourceTopic] ?? '',
    group: headers[deadLetterHeaders.group] ?? '',
  };
}

function replayOf(letter: Letter): OutgoingRecord {
  const { source, group } = originOf(letter);
  return replayedRecord(letter.record, retryTopic(source, group));
}

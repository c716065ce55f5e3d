import { retryTopic } from '@omnigate/contracts';
import type { Database } from '@omnigate/database';
import { AppError } from '@omnigate/errors';
import { numberArray } from '../number-array';
import { assignedPartitions, type MemberView } from './assignment';
import { type Heads, logKey } from './heads';
import type { TakenLog } from './positions';
import type { Topic, Topics } from './topics';

/** What a member needs to take the logs that are its own. */
export interface GroupLogsOptions {
  /** The bus's own. */
  database: Database;
  topics: Topics;
  heads: Heads;
  group: string;
  memberId: string;
}

/** The logs that a member of a group reads. */
export interface GroupLogs {
  readonly taken: Iterable<TakenLog>;
  /**
   * Lets go of what is no longer the member's and takes what is.
   * @param members the living ones
   * @returns whether all is taken; else a transaction of the earlier owner still holds some: ask again soon
   * @throws AppError DATABASE_UNAVAILABLE, POSITION_INVALID
   */
  assign(members: readonly MemberView[], subscribed: readonly Topic[]): Promise<boolean>;
  /** Forgets everything, to be taken again. */
  clear(): void;
}

/**
 * The topics that a group reads: those it names, and what is replayed to it.
 * @throws AppError DATABASE_UNAVAILABLE
 */
export async function subscribedTopics(topics: Topics, group: string, names: string[]): Promise<Topic[]> {
  for (const name of names) topics.declare(retryTopic(name, group), { source: name, group });
  const all = names.flatMap((name) => [name, retryTopic(name, group)]);
  return Promise.all(all.map((name) => topics.ensure(name)));
}

interface TakenRow {
  topic_id: number;
  partition: number;
  epoch: bigint;
  next_offset: bigint;
  head_offset: bigint;
  first_offset: bigint;
}

interface Wanted {
  topic: Topic;
  partition: number;
}

/** Makes the logs of a member that has none yet. */
export function createGroupLogs(o: GroupLogsOptions): GroupLogs {
  const taken = new Map<number, TakenLog>();

  function wantedLogs(members: readonly MemberView[], subscribed: readonly Topic[]): Map<number, Wanted> {
    const wanted = new Map<number, Wanted>();
    for (const topic of subscribed) {
      for (const partition of assignedPartitions(members, o, topic)) {
        wanted.set(logKey(topic.id, partition), { topic, partition });
      }
    }
    return wanted;
  }

  async function take(missing: Wanted[]): Promise<number> {
    const rows = await o.database.query<TakenRow>({
      name: 'bus_take_partitions',
      text: 'select * from bus.take_partitions($1, $2::int[], $3::smallint[])',
      values: [
        o.group,
        numberArray(missing.map(({ topic }) => topic.id)),
        numberArray(missing.map(({ partition }) => partition)),
      ],
      binary: true,
    });
    for (const row of rows) {
      const { topic } = missing.find((each) => each.topic.id === row.topic_id) as Wanted;
      taken.set(logKey(row.topic_id, row.partition), takenLog(o, row, topic));
    }
    return rows.length;
  }

  return {
    get taken() {
      return taken.values();
    },
    async assign(members, subscribed) {
      const wanted = wantedLogs(members, subscribed);
      for (const log of taken.keys()) if (!wanted.has(log)) taken.delete(log);
      const missing = [...wanted].flatMap(([log, each]) => (taken.has(log) ? [] : [each]));
      return missing.length === 0 || (await take(missing)) === missing.length;
    },
    clear: () => taken.clear(),
  };
}

// A position that the log doesn't have is never reset: nobody could say what was left out or handled twice.
function takenLog(o: GroupLogsOptions, row: TakenRow, topic: Topic): TakenLog {
  if (row.next_offset > row.head_offset || row.next_offset < row.first_offset) {
    throw new AppError('POSITION_INVALID', { group: o.group, topic: topic.name });
  }
  const log = logKey(row.topic_id, row.partition);
  o.heads.raise(log, row.head_offset);
  const position = { epoch: row.epoch, stored: row.next_offset, next: row.next_offset };
  return { log, topicId: row.topic_id, partition: row.partition, topic: topic.source, ...position };
}

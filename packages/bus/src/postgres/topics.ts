import type { Database } from '@omnigate/database';
import { partitionsPerTopic } from './schema';

/** A topic as the log knows it. */
export interface Topic {
  id: number;
  name: string;
  partitions: number;
  /** What the records were published to first; of a retry or dead-letter topic that is another. */
  source: string;
}

/** Where a dead-letter or retry topic belongs. */
export interface TopicOrigin {
  source: string;
  group: string;
}

/** The topics of the log; their ids never change. */
export interface Topics {
  /** The topic, if this process has met it. */
  peek(name: string): Topic | undefined;
  /** Says that a topic holds dead letters or retries: then it has one partition, as nearly all are empty for ever. */
  declare(name: string, origin: TopicOrigin): void;
  /**
   * Finds a topic, and makes it on first use.
   * @throws AppError DATABASE_UNAVAILABLE
   */
  ensure(name: string): Promise<Topic>;
}

/** @param database the bus's own */
export function createTopics(database: Database): Topics {
  const known = new Map<string, Topic>();
  const origins = new Map<string, TopicOrigin>();
  const asked = new Map<string, Promise<Topic>>();

  async function load(name: string): Promise<Topic> {
    const origin = origins.get(name) ?? originOf(name);
    await database.query({
      text: 'select bus.ensure_topic($1, $2, $3, $4)',
      values: [name, origin ? 1 : partitionsPerTopic, origin?.source ?? null, origin?.group ?? null],
    });
    const [row] = await database.query<{ id: number; partitions: number; source: string | null }>({
      text: 'select id, partitions, source from bus.topic where name = $1',
      values: [name],
    });
    if (!row) throw new Error('a topic that was ensured is not there');
    const topic = { id: row.id, name, partitions: row.partitions, source: row.source ?? name };
    known.set(name, topic);
    return topic;
  }

  return {
    peek: (name) => known.get(name),
    declare: (name, origin) => void origins.set(name, origin),
    async ensure(name) {
      const topic = known.get(name);
      if (topic) return topic;
      const loading = asked.get(name) ?? load(name).finally(() => asked.delete(name));
      asked.set(name, loading);
      return loading;
    },
  };
}

// Topics end in their version; whoever follows dead letters before there are any must not make an ordinary topic.
const ownedName = /^(?<source>.+?\.v\d+)\.(?<group>.+)\.(?:dlq|retry)$/;

function originOf(name: string): TopicOrigin | undefined {
  const { source, group } = ownedName.exec(name)?.groups ?? {};
  return source && group ? { source, group } : undefined;
}

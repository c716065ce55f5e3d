import { createDatabase, type Transaction } from '@omnigate/database';
import type { Logger, Metrics } from '@omnigate/runtime';
import type { Bus, OutgoingRecord } from '../port';
import { maxDeadLetterBytes } from '../record-format';
import { keepRunning, type Stoppable } from '../running';
import { traceBus } from '../traced-bus';
import { type Append, createAppender, prepareAppend } from './append';
import { createConsumer } from './consumer';
import { createDeadLetters } from './dead-letters';
import { createFollower } from './follow';
import { createHeads } from './heads';
import { createMembership, type MembershipTimings } from './membership';
import { createReader } from './read';
import { createRetention } from './retention';
import { busSchema } from './schema';
import { createTail } from './tail';
import { createTopics } from './topics';
import { createUpkeep } from './upkeep';
import { createWakeup } from './wakeup';

/** What `createPostgresBus` needs to know. */
export interface PostgresBusOptions {
  /** postgres:// URL of a login that may take the bus's role. */
  url: string;
  /** For LISTEN; not through a transaction pooler. Default: `url`. */
  listenUrl?: string;
  logger: Logger;
  metrics: Metrics;
  /** The only process on this database: what a process that died had taken is this one's at once. */
  exclusive?: boolean;
  /** Keep records at least so long; default: what the table of topics says, else 72. */
  retentionHours?: number;
  /** When a silent process is given up, and how often each shows that it is there. */
  timings?: MembershipTimings;
  /** Connections; default 4. */
  poolSize?: number;
  /** Commits don't wait for the disk. For unit tests only. */
  unsafeNoSync?: boolean;
}

const defaultTimings: MembershipTimings = { heartbeatMs: 2_000, expiryMs: 8_000 };

/** Makes the bus that keeps its log in PostgreSQL. */
export function createPostgresBus(o: PostgresBusOptions): Bus {
  const { url, logger, metrics } = o;
  const timings = o.timings ?? defaultTimings;
  const { schema, role } = busSchema;
  const pool = { schema, role, poolSize: o.poolSize ?? 4, applicationName: 'omnigate-bus' };
  const database = createDatabase({ url, logger, ...pool, unsafeNoSync: o.unsafeNoSync ?? false });
  const topics = createTopics(database);
  const heads = createHeads();
  const tail = createTail();
  const reader = createReader(database, tail);
  const membership = createMembership({ database, ...timings, announce: () => wakeup.announceMembers() });
  const wakeup = createWakeup({
    database,
    listenUrl: o.listenUrl ?? url,
    heads,
    channel: 'omnigate_bus',
    headsText: 'select topic_id * 1024 + partition as log, next_offset from bus.head where next_offset > 0',
    logger,
    othersAlive: () => membership.othersAlive,
    onMembers: () => void membership.refresh().catch(() => undefined),
  });
  const appender = createAppender({ database, topics, appended });
  const retention = createRetention({ database, logger, metrics, ...pickRetention(o) });
  const upkeep = createUpkeep({
    membership,
    wakeup,
    retention,
    logger,
    ...timings,
    exclusive: o.exclusive ?? false,
  });
  const running = new Set<Stoppable>();

  function appended(appends: Append[]): void {
    const next = new Map(appends.map((append) => [append.log, append.offset + 1n]));
    for (const append of appends) if (heads.isWatched(append.log)) tail.keep(append);
    for (const [log, offset] of next) {
      heads.raise(log, offset);
      wakeup.grew(log, offset);
    }
  }

  const collect = (tx: Transaction, records: readonly OutgoingRecord[], maxBytes?: number) => {
    if (records.length > 0)
      tx.collect(
        appender.sink,
        records.map((record) => prepareAppend(record, maxBytes)),
      );
  };
  const collectDeadLetters = (tx: Transaction, records: readonly OutgoingRecord[]) =>
    collect(tx, records, maxDeadLetterBytes);
  const shared = { database, topics, heads, reader, logger, metrics, startBus: upkeep.start };

  const bus: Bus = {
    publish: (tx, records) => collect(tx, records),
    append: (record) => appender.appendAll([record]),
    appendAll: (records) => appender.appendAll(records),
    consume: (options) => {
      const consumer = createConsumer({ ...shared, membership, collectDeadLetters }, options);
      return keepRunning(running, consumer);
    },
    follow: (options) => keepRunning(running, createFollower(shared, options)),
    deadLetters: createDeadLetters({ database, topics, collect: collectDeadLetters }),
    start: upkeep.start,
    async stop() {
      await Promise.all([...running].map((each) => each.stop()));
      await appender.drain();
      await upkeep.stop();
      await database.end();
    },
  };
  return traceBus(bus, 'postgresql');
}

function pickRetention({ retentionHours }: PostgresBusOptions): { retentionHours?: number } {
  return retentionHours === undefined ? {} : { retentionHours };
}

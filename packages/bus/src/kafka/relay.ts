import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '@omnigate/database';
import { type Backoff, createBackoff, type Logger, type Metrics, newId, pace } from '@omnigate/runtime';
import type { OutgoingRecord } from '../port';
import { assignedPartitions, type MemberView } from '../postgres/assignment';
import type { Heads } from '../postgres/heads';
import type { Membership } from '../postgres/membership';
import { decodeRecord } from '../record-format';
import { createSignal } from '../signal';
import { placed } from './appender';
import { atMost } from './at-most';
import { advanceLeases, type Lease, type OutboxRow, readOutbox, takeLeases } from './leases';
import { messageOverheadBytes, type Produced } from './message';
import type { PartitionReader } from './partition-reader';
import type { RecordProducer } from './producer';
import { outboxShards } from './schema';

/** What a relay needs. */
export interface RelayOptions {
  /** The bus's own. */
  database: Database;
  membership: Membership;
  /** By shard. */
  heads: Heads;
  reader: Pick<PartitionReader, 'partitionsOf' | 'clusterId'>;
  producer: RecordProducer;
  logger: Logger;
  metrics: Metrics;
}

/** Carries the outbox into Kafka. */
export interface Relay {
  /** Joins the processes that relay. @throws AppError DATABASE_UNAVAILABLE */
  start(): Promise<void>;
  /** Finishes the round under way, if Kafka lets it; what is left waits for another process, or the next start. */
  stop(): Promise<void>;
}

/** A shard as the relay knows it. */
interface Shard extends Lease {
  backoff: Backoff;
  /** Not before this time, after a failure. */
  notBefore: number;
}

/** The members that share the shards stand beside the groups of the PostgreSQL log, where there is no such group. */
const group = '';
const outbox = { id: 0, name: 'outbox', partitions: outboxShards };
/** One process in so many relays; the others stand by. Spread over all of them, the batches of each would be small. */
const processesOfRelay = 12;
const maxShardRecords = 200;
/** A round costs as much as many records: where they come in company, rounds begin so far apart. */
const lingerMs = 20;
const retryBaseMs = 100;
const retryMaxMs = 5_000;
const stopMs = 3_000;

/** Makes the relay of a process; it does nothing before `start`. */
export function createRelay(o: RelayOptions): Relay {
  const { database, membership, heads, logger } = o;
  let memberId = newId();
  const signal = createSignal();
  const stop = new AbortController();
  const pause = (ms: number) => sleep(ms, undefined, { signal: stop.signal }).catch(() => undefined);
  const backoff = createBackoff({ baseMs: retryBaseMs, maxMs: retryMaxMs });
  const shards = new Map<number, Shard>();
  const relayed = o.metrics.counter(
    'omnigate_bus_relayed_total',
    'Records carried from the outbox into Kafka.',
  );
  const failed = o.metrics.counter('omnigate_bus_relay_failures_total', 'Sends of the outbox that failed.');
  let stale = true;
  let lastRoundMs = 0;
  let running: Promise<void> | undefined;
  let unwatch: (() => void)[] = [];

  async function assign(): Promise<void> {
    stale = false;
    const mine = new Set(assignedPartitions(relaysOf(membership.members), { memberId, group }, outbox));
    for (const shard of shards.keys()) if (!mine.has(shard)) shards.delete(shard);
    const missing = [...mine].filter((shard) => !shards.has(shard));
    if (missing.length === 0) return;
    for (const { head, ...lease } of await takeLeases(database, missing)) {
      const own = createBackoff({ baseMs: retryBaseMs, maxMs: retryMaxMs });
      shards.set(lease.shard, { ...lease, backoff: own, notBefore: 0 });
      heads.raise(lease.shard, head);
    }
  }

  const behind = () => [...shards.values()].filter((shard) => heads.get(shard.shard) > shard.next);

  async function round(): Promise<void> {
    if (stale) await assign();
    const waiting = behind();
    const now = performance.now();
    const due = waiting.filter((shard) => shard.notBefore <= now);
    if (due.length > 0) {
      const restMs = lastRoundMs + pace.lingerMs(lingerMs) - now;
      if (restMs > 0) return pause(restMs);
      lastRoundMs = now;
      return relay(due);
    }
    const soonest = Math.min(...waiting.map((shard) => shard.notBefore)) - now;
    await signal.wait(waiting.length > 0 ? Math.ceil(soonest) : undefined);
  }

  async function relay(due: Shard[]): Promise<void> {
    const rows = await readOutbox(database, due, maxShardRecords);
    const byShard = Map.groupBy(rows, (row) => row.shard);
    const read = due.filter((shard) => byShard.has(shard.shard));
    if (await sent(rows)) return advance(read, byShard);
    if (!stop.signal.aborted && !(await reachesKafka())) return stepAside();
    for (const shard of read) {
      if (!stop.signal.aborted) await relayAlone(shard, byShard.get(shard.shard) as OutboxRow[]);
    }
  }

  const reachesKafka = () =>
    o.reader.clusterId().then(
      () => true,
      () => false,
    );

  // Whoever lacks Kafka alone, but not the database, must not keep everybody's shards: it comes back as the newest.
  async function stepAside(): Promise<void> {
    const left = memberId;
    const next = newId();
    await membership.join({ memberId: next, group, topics: [outbox.name] });
    memberId = next;
    logger.warn('Kafka does not answer, the outbox is left to another process');
    await membership.leave(left);
  }

  // One shard's failure, such as a topic that is not there yet, must not hold up the others.
  async function relayAlone(shard: Shard, rows: OutboxRow[]): Promise<void> {
    if (await sent(rows)) return advance([shard], new Map([[shard.shard, rows]]));
    failed.inc();
    shard.notBefore = performance.now() + shard.backoff.next();
  }

  async function sent(rows: OutboxRow[]): Promise<boolean> {
    try {
      await send(rows);
      return true;
    } catch (error) {
      const about = { shards: [...new Set(rows.map(({ shard }) => shard))], topic: rows[0]?.topic };
      logger.warn({ ...about, records: rows.length, err: error }, 'outbox is not relayed, is tried again');
      return false;
    }
  }

  async function send(rows: OutboxRow[]): Promise<void> {
    const messages: Produced[] = [];
    for (const row of rows) {
      messages.push(await placed(o.reader, recordOf(row), row.body.length + messageOverheadBytes));
    }
    await o.producer.send(messages);
  }

  async function advance(read: Shard[], byShard: Map<number, OutboxRow[]>): Promise<void> {
    const moves = read.map((shard) => {
      const rows = byShard.get(shard.shard) as OutboxRow[];
      const next = (rows.at(-1) as OutboxRow).offset + 1n;
      return { shard: shard.shard, epoch: shard.epoch, from: shard.next, next };
    });
    const own = await advanceLeases(database, moves);
    for (const [index, shard] of read.entries()) {
      const { next } = moves[index] as Lease;
      shard.backoff.reset();
      if (own.has(shard.shard)) shard.next = next;
      else lose(shard);
    }
    relayed.inc(read.reduce((sum, shard) => sum + (byShard.get(shard.shard)?.length ?? 0), 0));
  }

  // Another process has taken it: look who is there.
  function lose(shard: Shard): void {
    shards.delete(shard.shard);
    stale = true;
  }

  async function run(): Promise<void> {
    while (!stop.signal.aborted) {
      try {
        await round();
        backoff.reset();
      } catch (error) {
        logger.warn({ err: error }, 'relaying is interrupted');
        shards.clear();
        stale = true;
        await pause(backoff.next());
        await membership.refresh().catch(() => undefined);
      }
    }
  }

  function onMembers(): void {
    stale = true;
    signal.raise();
  }

  return {
    async start() {
      const all = Array.from({ length: outboxShards }, (_, shard) => shard);
      unwatch = [membership.watch(onMembers), heads.watch(all, signal.raise)];
      await membership.join({ memberId, group, topics: [outbox.name] });
      running = run();
    },
    async stop() {
      stop.abort();
      signal.raise();
      if (running) await atMost(stopMs, running);
      for (const end of unwatch.splice(0)) end();
      await membership.leave(memberId).catch(() => undefined);
    },
  };
}

/**
 * Says who relays: those that have been there longest, so that a newcomer takes nothing from anybody.
 * @param members the living ones of all groups, any order
 */
export function relaysOf(members: readonly MemberView[]): MemberView[] {
  const all = members.filter(({ topics }) => topics.includes(outbox.name));
  // Ids are UUIDv7, and so in the order of their making.
  return all
    .sort((a, b) => (a.memberId < b.memberId ? -1 : 1))
    .slice(0, Math.ceil(all.length / processesOfRelay));
}

function recordOf(row: OutboxRow): OutgoingRecord {
  const { topic, body } = row;
  const place = { topic, partition: 0, offset: row.offset, time: new Date(0) };
  const { key, value, eventId, type, tenantId, headers } = decodeRecord(body, place);
  return { topic, key, value, eventId, type, tenantId, headers };
}

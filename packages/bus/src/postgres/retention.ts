import { setTimeout as sleep } from 'node:timers/promises';
import { topicRow } from '@omnigate/contracts';
import type { Database } from '@omnigate/database';
import type { Logger, Metrics } from '@omnigate/runtime';
import { logKey } from './heads';

/** What retention needs. */
export interface RetentionOptions {
  /** The bus's own. */
  database: Database;
  logger: Logger;
  metrics: Metrics;
  /** For all topics; default: the table of topics says, else 72. */
  retentionHours?: number;
}

/** Removes what is too old and what every group has read. */
export interface Retention {
  /** One pass over all logs. @throws AppError DATABASE_UNAVAILABLE */
  run(): Promise<void>;
}

const defaultHours = 72;
const deadLetterHours = 30 * 24;
/** Records that one statement removes; short, so that nothing else waits for it. */
const chunk = 2_000;
/** Between two chunks, to leave the disk to others. */
const restMs = 20;

/** Compacting reads a whole partition: only after so many new records. */
const compactEvery = 500n;

interface LogRow {
  topic_id: number;
  partition: number;
  name: string;
  source: string | null;
  next_offset: bigint;
  /** Of the oldest record that is kept. */
  oldest: Date;
}

const logsText = `
select h.topic_id, h.partition, t.name, t.source, h.next_offset, r.time as oldest
from bus.head h join bus.topic t on t.id = h.topic_id
join bus.kept k on k.topic_id = h.topic_id and k.partition = h.partition
cross join lateral (
  select time from bus.record where topic_id = h.topic_id and partition = h.partition and "offset" >= k.first_offset
  order by "offset" limit 1
) r`;

/** Makes the retention of a log; several processes may run it at once. */
export function createRetention(o: RetentionOptions): Retention {
  const removedTotal = o.metrics.counter(
    'omnigate_bus_removed_total',
    'Records removed from the log by age.',
  );
  const heldLogs = o.metrics.gauge(
    'omnigate_bus_retention_held',
    'Partitions whose old records stay because a group has not read them.',
  );

  const compacted = new Map<number, bigint>();

  async function expire(log: LogRow, before: Date): Promise<boolean> {
    for (;;) {
      const [row] = await o.database.query<{ removed: number; held: boolean }>({
        name: 'bus_expire',
        text: 'select * from bus.expire($1, $2, $3, $4)',
        values: [log.topic_id, log.partition, before, chunk],
      });
      const { removed, held } = row ?? { removed: 0, held: false };
      removedTotal.inc(removed);
      if (held) o.logger.warn({ topic: log.name, partition: log.partition }, 'old records stay unread');
      if (held || removed < chunk) return held;
      await sleep(restMs);
    }
  }

  async function compact(log: LogRow, before: Date): Promise<void> {
    const key = logKey(log.topic_id, log.partition);
    const grown = log.next_offset - (compacted.get(key) ?? -compactEvery);
    if (grown < compactEvery) return;
    compacted.set(key, log.next_offset);
    const [row] = await o.database.query<{ removed: number }>({
      text: 'select bus.compact($1, $2, $3) as removed',
      values: [log.topic_id, log.partition, before],
    });
    removedTotal.inc(row?.removed ?? 0);
  }

  return {
    async run() {
      const logs = await o.database.query<LogRow>({ name: 'bus_logs', text: logsText });
      let held = 0;
      for (const log of logs) {
        const before = new Date(Date.now() - hoursOf(log, o.retentionHours) * 3_600_000);
        if (log.oldest >= before) continue;
        if (log.source === null && topicRow(log.name)?.compacted) await compact(log, before);
        else if (await expire(log, before)) held += 1;
      }
      heldLogs.set(held);
    },
  };
}

function hoursOf(log: LogRow, configured: number | undefined): number {
  if (log.name.endsWith('.dlq') && log.source !== null) return deadLetterHours;
  return configured ?? topicRow(log.name)?.retentionHours ?? defaultHours;
}

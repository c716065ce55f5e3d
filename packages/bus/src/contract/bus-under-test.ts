import type { Database, ServiceSchema, Transaction } from '@omnigate/database';
import { newId } from '@omnigate/runtime';
import type { Bus, BusRecord, ConsumeOptions, Consumer, OutgoingRecord } from '../port';

/** A process that uses the log. */
export interface BusProcess {
  bus: Bus;
  /** The service's own, for effects. */
  database: Database;
  /** Cuts the bus's connections, as when its machine is gone; the service's database stays. */
  isolate(): void;
  /** Cuts all connections, and nothing comes back. */
  crash(): void;
  /** Undoes `isolate`. */
  restore(): void;
  stop(): Promise<void>;
}

/** What the suite needs of a driver. */
export interface BusUnderTest {
  /** Starts another process on the same log. A silent one must be given up within a few seconds. */
  open(): Promise<BusProcess>;
  /** Makes a topic of four partitions, and what these groups need beside it, where the driver doesn't on first use. */
  prepare(topic: string, ...groups: string[]): Promise<void>;
  /** Ends everything. */
  close(): Promise<void>;
}

/** The schema of the effects, which `create` must migrate into the services' database. */
export const effectsSchema: ServiceSchema = {
  schema: 'effects',
  role: 'omnigate_effects',
  unscopedTables: ['effect'],
  migrations: [
    {
      id: '0001_effect',
      sql: `create table effect (
        place bigint generated always as identity primary key,
        group_name text not null, topic text not null, event_id text not null, key text not null, value text not null)`,
    },
  ],
};

/** The tenant of the suite's records. */
export const tenantId = '0190c0de-0000-7000-8000-000000000001';

/** Makes a record whose value is a text. */
export function recordOf(topic: string, key: string, value: string): OutgoingRecord {
  return { topic, key, value: Buffer.from(value), eventId: newId(), type: 'omnigate.test.v1.Text', tenantId };
}

/** A name that no other test has. */
export function uniqueName(kind: string): string {
  return `${kind}-${newId()}`;
}

/** Writes the effects of a batch, in the transaction of its position. */
export async function writeEffects(tx: Transaction, group: string, records: BusRecord[]): Promise<void> {
  await tx.query({
    text: `insert into effect (group_name, topic, event_id, key, value)
      select $1, t, e, k, v from unnest($2::text[], $3::text[], $4::text[], $5::text[]) with ordinality as r(t, e, k, v, n) order by n`,
    values: [
      group,
      records.map((record) => record.topic),
      records.map((record) => record.eventId),
      records.map((record) => record.key),
      records.map((record) => record.value.toString()),
    ],
  });
}

/** An effect that was kept. */
export interface Effect {
  event_id: string;
  topic: string;
  key: string;
  value: string;
}

/** The effects of a group, in the order of writing. */
export function effectsOf(process: BusProcess, group: string): Promise<Effect[]> {
  return process.database.query<Effect>({
    text: 'select event_id, topic, key, value from effect where group_name = $1 order by place',
    values: [group],
  });
}

/** Makes a consumer that writes effects. */
export function consumeEffects(
  process: BusProcess,
  o: Pick<ConsumeOptions, 'group' | 'topics'> & Partial<ConsumeOptions>,
): Consumer {
  return process.bus.consume({
    database: process.database,
    lingerMs: 0,
    handle: (tx, records) => writeEffects(tx, o.group, records),
    ...o,
  });
}

const untilTimeoutMs = 40_000;

/** Waits until a condition holds. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + untilTimeoutMs;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error('the condition did not come to hold');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Waits until a group has written as many effects. */
export async function untilEffects(process: BusProcess, group: string, count: number): Promise<Effect[]> {
  await until(async () => (await effectsOf(process, group)).length >= count);
  return effectsOf(process, group);
}

/** A gate that is opened by hand. */
export interface Gate {
  passed: Promise<void>;
  open(): void;
}

/** Makes a closed gate. */
export function createGate(): Gate {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { passed: promise, open: resolve };
}

/** Groups values by key, in order. */
export function valuesByKey(effects: Effect[]): Map<string, string[]> {
  const groups = Map.groupBy(effects, (effect) => effect.key);
  return new Map([...groups].map(([key, all]) => [key, all.map((effect) => effect.value)]));
}

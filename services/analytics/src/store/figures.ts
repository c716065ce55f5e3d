import type { Queryable } from '@omnigate/database';
import type { Figure, Measure } from '../domain/figure';

/** A figure with the newest change in it. */
export type DatedFigure = Figure & { countedTo: Date };

const keyOf = (figure: Figure): string =>
  `${figure.tenantId} ${String(figure.slot).padStart(10, '0')} ${figure.measure} ${figure.channel} ${figure.label}`;

/**
 * Adds to figures; the last statement but the bus's, since others wait for the newest bucket's rows.
 *
 * @param tx the transaction.
 * @param figures how much, each once.
 */
export async function addFigures(tx: Queryable, figures: readonly DatedFigure[]): Promise<void> {
  if (figures.length === 0) return;
  // In one order, by what is unique: who waits for a row holds only earlier ones.
  const keyed = figures.map((figure) => ({ figure, key: keyOf(figure) }));
  const sorted = keyed.sort((a, b) => (a.key < b.key ? -1 : 1)).map(({ figure }) => figure);
  await tx.query({
    name: 'figure-add',
    text: `insert into figure as f (tenant_id, slot, channel, measure, label, count, counted_to)
      select * from unnest($1::uuid[], $2::int[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::timestamptz[])
      on conflict (tenant_id, slot, measure, channel, label) do update
        set count = f.count + excluded.count, counted_to = greatest(f.counted_to, excluded.counted_to)`,
    values: [
      sorted.map((figure) => figure.tenantId),
      sorted.map((figure) => figure.slot),
      sorted.map((figure) => figure.channel),
      sorted.map((figure) => figure.measure),
      sorted.map((figure) => figure.label),
      sorted.map((figure) => figure.count),
      sorted.map((figure) => figure.countedTo),
    ],
  });
}

/**
 * Keeps everybody else from adding until the transaction ends; who has added is waited for.
 *
 * @param tx the transaction.
 */
export async function lockFigures(tx: Queryable): Promise<void> {
  await tx.query({ text: 'lock table figure in share row exclusive mode' });
}

/**
 * Removes a tenant's figures.
 *
 * @param tx the transaction, which holds the table.
 * @param tenantId the tenant.
 */
export async function deleteFigures(tx: Queryable, tenantId: string): Promise<void> {
  await tx.query({ text: 'delete from figure where tenant_id = $1', values: [tenantId] });
}

/** Which figures a report reads. */
export interface FigureRange {
  tenantId: string;
  /** First and last bucket. */
  fromSlot: number;
  toSlot: number;
  /** Empty for all. */
  channel: string;
}

const inRange = `tenant_id = $1 and slot between $2 and $3 and ($4 = '' or channel = $4)`;
const rangeValues = (range: FigureRange): unknown[] => [
  range.tenantId,
  range.fromSlot,
  range.toSlot,
  range.channel,
];

/** Messages or conversations of a bucket. */
export interface SlotCount {
  slot: number;
  measure: Measure;
  count: bigint;
}

/**
 * Reads volumes over time.
 *
 * @param tx where to read.
 * @param range which.
 * @returns conversations and customers' messages of each bucket that has any.
 */
export function readSlotCounts(tx: Queryable, range: FigureRange): Promise<SlotCount[]> {
  return tx.query<SlotCount>({
    name: 'figure-slots',
    text: `select slot, measure, sum(count)::bigint as count from figure
      where ${inRange} and measure in ('conversation', 'inbound') group by slot, measure order by slot`,
    values: rangeValues(range),
  });
}

/** A measure's sum over a range. */
export interface LabelCount {
  measure: Measure;
  /** Empty for what is not kept apart by channel. */
  channel: string;
  label: string;
  count: bigint;
}

/**
 * Reads sums over a range: volumes by channel, everything else by its label.
 *
 * @param tx where to read.
 * @param range which.
 * @returns what there is any of.
 */
export function readLabelCounts(tx: Queryable, range: FigureRange): Promise<LabelCount[]> {
  return tx.query<LabelCount>({
    name: 'figure-labels',
    text: `select measure, case when label = '' then channel else '' end as channel, label, sum(count)::bigint as count
      from figure where ${inRange} group by 1, 2, 3 having sum(count) <> 0`,
    values: rangeValues(range),
  });
}

/**
 * Reads how far a tenant's figures go.
 *
 * @param tx where to read.
 * @param tenantId the tenant.
 * @returns the newest change that was counted; undefined when none was.
 */
export async function readCountedTo(tx: Queryable, tenantId: string): Promise<Date | undefined> {
  const rows = await tx.query<{ counted_to: Date | null }>({
    name: 'figure-counted-to',
    text: `select max(counted_to) as counted_to from figure
      where tenant_id = $1 and slot = (select max(slot) from figure where tenant_id = $1)`,
    values: [tenantId],
  });
  return rows[0]?.counted_to ?? undefined;
}

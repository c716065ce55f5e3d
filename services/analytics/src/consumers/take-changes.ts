import type { BusRecord, Outcome } from '@omnigate/bus';
import type { Queryable } from '@omnigate/database';
import { addDifference, type Figure, type Figures } from '../domain/figure';
import type { FactKey } from '../store/conversation-facts';
import type { DatedFigure } from '../store/figures';

/** What is known of one kind of thing, how its changes are taken in and how it is stored. */
export interface FactKind<Change, Fact extends FactKey> {
  decode(value: Uint8Array): Change;
  keyOf(change: Change): FactKey;
  timeOf(change: Change): Date | undefined;
  create(change: Change): Fact;
  /** @returns false for a repeat */
  take(fact: Fact, change: Change): boolean;
  figuresOf(fact: Fact): Figure[];
  lock(tx: Queryable, keys: readonly FactKey[]): Promise<Fact[]>;
  insert(tx: Queryable, facts: readonly Fact[]): Promise<void>;
  save(tx: Queryable, facts: readonly Fact[]): Promise<void>;
}

/** A change that was not a repeat, with the fact that it was taken into. */
export interface Taken<Change, Fact> {
  change: Change;
  fact: Fact;
}

/**
 * Reads records; one whose value speaks of another tenant than its header goes to the dead letters.
 *
 * @param kind of what.
 * @param records as they came.
 * @returns what can be counted, and an outcome for each record.
 * @throws Error where a value is no protobuf, after which the bus narrows the batch down to it.
 */
export function readChanges<Change, Fact extends FactKey>(
  kind: FactKind<Change, Fact>,
  records: readonly BusRecord[],
): { changes: Change[]; outcomes: Outcome[] } {
  const outcomes: Outcome[] = records.map(() => ({ kind: 'ok' }));
  const changes: Change[] = [];
  for (const [index, record] of records.entries()) {
    const change = kind.decode(record.value);
    if (kind.keyOf(change).tenantId === record.tenantId) changes.push(change);
    else outcomes[index] = { kind: 'deadLetter', code: 'INVALID_ARGUMENT' };
  }
  return { changes, outcomes };
}

/**
 * Takes changes into facts and stores those.
 *
 * @param tx the transaction, which then holds the facts.
 * @param kind of what.
 * @param changes in the order in which they came, repeats among them.
 * @returns what was taken, and how much more the facts count for.
 */
export async function takeChanges<Change, Fact extends FactKey>(
  tx: Queryable,
  kind: FactKind<Change, Fact>,
  changes: readonly Change[],
): Promise<{ taken: Taken<Change, Fact>[]; figures: DatedFigure[] }> {
  const keys = new Map(changes.map(kind.keyOf).map((key) => [key.id, key]));
  const stored = await kind.lock(tx, [...keys.values()]);
  const before = stored.flatMap(kind.figuresOf);
  const facts = new Map(stored.map((fact) => [fact.id, fact]));
  const taken: Taken<Change, Fact>[] = [];
  for (const change of changes) {
    const { id } = kind.keyOf(change);
    const fact = facts.get(id) ?? kind.create(change);
    facts.set(id, fact);
    if (kind.take(fact, change)) taken.push({ change, fact });
  }
  const known = new Set(stored);
  const touched = [...new Set(taken.map(({ fact }) => fact))];
  await kind.insert(
    tx,
    touched.filter((fact) => !known.has(fact)),
  );
  await kind.save(
    tx,
    touched.filter((fact) => known.has(fact)),
  );
  const figures: Figures = new Map();
  addDifference(figures, before, [...facts.values()].flatMap(kind.figuresOf));
  return { taken, figures: dated(figures, newestTimes(kind, taken)) };
}

function newestTimes<Change, Fact extends FactKey>(
  kind: FactKind<Change, Fact>,
  taken: readonly Taken<Change, Fact>[],
): Map<string, Date> {
  const newest = new Map<string, Date>();
  for (const { change, fact } of taken) {
    const at = kind.timeOf(change);
    const known = newest.get(fact.tenantId);
    if (at && !(known && known >= at)) newest.set(fact.tenantId, at);
  }
  return newest;
}

const dated = (figures: Figures, newest: ReadonlyMap<string, Date>): DatedFigure[] =>
  [...figures.values()].map((figure) => ({
    ...figure,
    countedTo: newest.get(figure.tenantId) ?? new Date(0),
  }));

/** The types that the operations of one service have to do with. */
export interface RaceTypes {
  /** What an operation runs in. */
  process: unknown;
  /** What it acts on; new for each round. */
  scene: unknown;
  /** Kinds of scenes. */
  kind: string;
  /** Names of what can hold operations up. */
  obstacle: string;
}

/** Something that a service does. */
export interface Operation<T extends RaceTypes> {
  name: string;
  /** The kind of scene in which it has its whole effect. */
  home: T['kind'];
  /** What it waits for there, if another transaction has it. */
  waitsFor: readonly T['obstacle'][];
  /** Resolves when all that it does to the database is done. */
  run(process: T['process'], scene: T['scene']): Promise<unknown>;
}

/** Two operations against each other. */
export interface Round<T extends RaceTypes> {
  left: Operation<T>;
  right: Operation<T>;
  kind: T['kind'];
  /** What holds both up; without, they begin at the same moment. */
  obstacle?: T['obstacle'];
}

/** Names a round. */
export function titleOf<T extends RaceTypes>({ left, right, kind, obstacle }: Round<T>): string {
  return `${left.name} / ${right.name} (${kind}${obstacle ? `, behind ${obstacle}` : ''})`;
}

function kindsOf<T extends RaceTypes>(left: Operation<T>, right: Operation<T>): T['kind'][] {
  return [...new Set([left.home, right.home])];
}

/** Each operation with itself and each that comes after it. */
function pairsOf<T extends RaceTypes>(operations: readonly Operation<T>[]): [Operation<T>, Operation<T>][] {
  return operations.flatMap((left, index) =>
    operations.slice(index).map((right): [Operation<T>, Operation<T>] => [left, right]),
  );
}

/** Rounds of every pair of operations, by pair, in the kinds of scenes where either has its whole effect. */
export function roundsAtOnce<T extends RaceTypes>(operations: readonly Operation<T>[]): Round<T>[][] {
  return pairsOf(operations).map(([left, right]) =>
    kindsOf(left, right).map((kind): Round<T> => ({ left, right, kind })),
  );
}

/**
 * Rounds of every pair, whichever is first, behind each thing that both wait for.
 * @param o.tries how often behind an obstacle; default once
 * @param o.last the obstacle that no operation takes anything after: who comes first makes no difference there
 */
export function roundsHeldUp<T extends RaceTypes>(
  operations: readonly Operation<T>[],
  o: { tries?: Partial<Record<T['obstacle'], number>>; last: T['obstacle'] },
): Round<T>[] {
  const behind = (left: Operation<T>, right: Operation<T>, obstacle: T['obstacle']): Round<T>[] => {
    const rounds = kindsOf(left, right).map((kind): Round<T> => ({ left, right, kind, obstacle }));
    return Array.from({ length: o.tries?.[obstacle] ?? 1 }, () => rounds).flat();
  };
  return pairsOf(operations).flatMap(([left, right]) =>
    left.waitsFor
      .filter((obstacle) => right.waitsFor.includes(obstacle))
      .flatMap((obstacle) => {
        const once = obstacle === o.last || left === right;
        return [...behind(left, right, obstacle), ...(once ? [] : behind(right, left, obstacle))];
      }),
  );
}

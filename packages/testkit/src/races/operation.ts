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

/** Both have their whole effect. */
const atHome = <T extends RaceTypes>({ left, right, kind }: Round<T>): boolean =>
  left.home === kind && right.home === kind;

/**
 * Says which round stands for another: those that differ in names alone are one, since operations of one `run` do the same
 * in a scene of one kind.
 */
function merging<T extends RaceTypes>(rounds: readonly Round<T>[]): (round: Round<T>) => Round<T> {
  const runs = [...new Set(rounds.flatMap(({ left, right }) => [left.run, right.run]))];
  const keyOf = ({ left, right, kind, obstacle = '' }: Round<T>): string =>
    [runs.indexOf(left.run), runs.indexOf(right.run), kind, obstacle].join(' ');
  const first = new Map<string, Round<T>>();
  for (const round of [...rounds.filter(atHome), ...rounds]) {
    if (!first.has(keyOf(round))) first.set(keyOf(round), round);
  }
  return (round) => first.get(keyOf(round)) ?? round;
}

/**
 * Rounds of every pair of operations, by pair, in the kinds of scenes where either has its whole effect. Pairs share those
 * that differ in names alone.
 */
export function roundsAtOnce<T extends RaceTypes>(operations: readonly Operation<T>[]): Round<T>[][] {
  const pairs = pairsOf(operations).map(([left, right]) =>
    kindsOf(left, right).map((kind): Round<T> => ({ left, right, kind })),
  );
  const merge = merging(pairs.flat());
  return pairs.map((rounds) => rounds.map(merge));
}

/** How operations are held up. */
export interface HoldingUp<T extends RaceTypes> {
  /** How often behind an obstacle; default once. */
  tries?: Partial<Record<T['obstacle'], number>>;
  /** The obstacle that no operation takes anything after: who comes first makes no difference there. */
  last: T['obstacle'];
  /**
   * Name of an operation that takes all that any takes of the last obstacle. Whoever holds some of that waits for nothing
   * else, so their orders alone matter, and behind it each operation meets this one and itself; default: every other.
   */
  witness?: string;
}

/**
 * Rounds of every pair, whichever is first, behind each thing that both wait for; those that differ in names alone are one.
 *
 * @param o how they are held up.
 */
export function roundsHeldUp<T extends RaceTypes>(
  operations: readonly Operation<T>[],
  o: HoldingUp<T>,
): Round<T>[] {
  const behind = (left: Operation<T>, right: Operation<T>, obstacle: T['obstacle']): Round<T>[] =>
    kindsOf(left, right).map((kind): Round<T> => ({ left, right, kind, obstacle }));
  const isProof = (left: Operation<T>, right: Operation<T>, obstacle: T['obstacle']): boolean =>
    obstacle !== o.last ||
    o.witness === undefined ||
    left === right ||
    [left.name, right.name].includes(o.witness);
  const rounds = pairsOf(operations).flatMap(([left, right]) =>
    left.waitsFor
      .filter((obstacle) => right.waitsFor.includes(obstacle) && isProof(left, right, obstacle))
      .flatMap((obstacle) => {
        const once = obstacle === o.last || left === right;
        return [...behind(left, right, obstacle), ...(once ? [] : behind(right, left, obstacle))];
      }),
  );
  return [...new Set(rounds.map(merging(rounds)))].flatMap((round) => {
    const obstacle = round.obstacle as T['obstacle'];
    return Array.from({ length: o.tries?.[obstacle] ?? 1 }, () => round);
  });
}

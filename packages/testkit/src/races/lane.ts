import { type Queryable, type ServiceSchema, type Statement, sqlState } from '@omnigate/database';
import { type ErrorCode, isAppError } from '@omnigate/errors';
import { freshDatabase } from '../database/fresh-database';
import { openLockWatch } from './lock-watch';
import { createMeeting, type Reporter, type SideName } from './meeting';
import { type Operation, type RaceTypes, type Round, titleOf } from './operation';
import { race, raceBehind } from './race';

/** What a service brings to the races of its operations. */
export interface RaceCourse<T extends RaceTypes> {
  schemas: ServiceSchema[];
  /**
   * Opens one process of the service.
   * @param name the application name of all its connections that take locks
   * @param reporter for `reportingDatabase`, around what its operations are given
   */
  open(
    url: string,
    name: SideName,
    reporter: Reporter,
  ): Promise<{ process: T['process']; close(): Promise<void> }>;
  makeScene(process: T['process'], kind: T['kind']): Promise<T['scene']>;
  /** Statements that take locks, as a superuser; each is let go after the one before. */
  obstacles: Record<T['obstacle'], (scene: T['scene']) => Statement[]>;
  /** What an operation may be told when the other was quicker. */
  refusals: readonly ErrorCode[];
}

/** A database with two processes of a service, for one round after the other. */
export interface Lane<T extends RaceTypes> {
  /** Resolves to true when both sides were at the database, or held up by the obstacle, at the same moment. */
  run(round: Round<T>): Promise<boolean>;
  /** What went wrong, by round. */
  failures: string[];
  /** Runs a statement that sees all tenants' rows. */
  query: Queryable['query'];
  /** Ends both processes. @returns the deadlocks that the server has found */
  close(): Promise<number>;
}

/** Opens a lane; the caller closes it. */
export async function openLane<T extends RaceTypes>(course: RaceCourse<T>): Promise<Lane<T>> {
  const fresh = await freshDatabase(course.schemas);
  const watch = await openLockWatch(fresh.url);
  const failures: string[] = [];
  let meeting = createMeeting();
  let title = '';
  const reporterOf = (name: SideName): Reporter => ({
    beginning: () => meeting.arrive(name),
    // Told here, since the product tries again what a deadlock undid.
    failed: (error) => {
      const state = sqlState(error);
      if (state) failures.push(`${title}: SQLSTATE ${state} on the ${name} side: ${error}`);
    },
  });
  const open = (name: SideName) => course.open(fresh.url, name, reporterOf(name));
  const [left, right] = await Promise.all([open('left'), open('right')]);
  const sides = { left, right };
  const workOf = (name: SideName, operation: Operation<T>, scene: T['scene']) => async () => {
    try {
      await operation.run(sides[name].process, scene);
    } finally {
      meeting.leave(name);
    }
  };

  async function run(round: Round<T>): Promise<boolean> {
    title = `the scene of ${titleOf(round)}`;
    meeting = createMeeting();
    meeting.leave('left');
    const scene = await course.makeScene(left.process, round.kind);
    title = titleOf(round);
    meeting = createMeeting();
    const works = [workOf('left', round.left, scene), workOf('right', round.right, scene)] as const;
    // Behind an obstacle nobody waits for the other to come.
    if (round.obstacle) meeting.leave('left');
    const result = round.obstacle
      ? await raceBehind(watch, course.obstacles[round.obstacle as T['obstacle']](scene), ...works)
      : await race(...works);
    failures.push(...unexpected(result.errors, course.refusals).map((error) => `${title}: ${error}`));
    return round.obstacle ? result.bothWaited : meeting.met;
  }

  return {
    failures,
    run,
    query: watch.query,
    async close() {
      await Promise.all([left.close(), right.close()]);
      await watch.gone(['left', 'right']);
      const deadlocks = await watch.deadlocks();
      await watch.end();
      await fresh.drop();
      return deadlocks;
    },
  };
}

function unexpected(errors: readonly unknown[], refusals: readonly ErrorCode[]): unknown[] {
  return errors
    .flatMap((error): unknown[] => (error instanceof AggregateError ? error.errors : [error]))
    .filter((error) => !refusals.some((code) => isAppError(error, code)));
}

/**
 * Runs rounds, one after the other in each lane.
 * @returns the titles of those in which both sides met
 */
export async function runRounds<T extends RaceTypes>(
  lanes: readonly Lane<T>[],
  rounds: readonly Round<T>[],
): Promise<Set<string>> {
  const waiting = rounds.values();
  const met = new Set<string>();
  const runLane = async (lane: Lane<T>): Promise<void> => {
    for (const round of waiting) if (await lane.run(round)) met.add(titleOf(round));
  };
  await Promise.all(lanes.map(runLane));
  return met;
}

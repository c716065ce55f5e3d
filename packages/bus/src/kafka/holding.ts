import { setTimeout as sleep } from 'node:timers/promises';
import { isAppError } from '@omnigate/errors';
import { createBackoff, type Logger } from '@omnigate/runtime';
import type { GroupMember } from './group-member';
import { createPartitions, type Partitions } from './partitions';
import type { Place, TakenPartition } from './positions';
import { checkPosition, type TakingOptions, takePartitions } from './taking';

/** What a holding needs. */
export interface HoldingOptions {
  taking: TakingOptions;
  member: Pick<GroupMember, 'open' | 'isKnown'>;
  /** Ends everything. */
  stop: AbortSignal;
  /** An assignment is over: nothing of it may go on. */
  onOver(): void;
  /** The log does not have a position. */
  onInvalid(error: unknown): void;
  logger: Logger;
}

/** The partitions of a member, from the join that gives them, by the take that makes them its own, to their loss. */
export interface Holding {
  readonly partitions: Partitions;
  /** What the group has given; undefined while it has not. */
  readonly assigned: readonly Place[] | undefined;
  /** Of the assignment of this moment; each join begins another. */
  readonly over: AbortSignal;
  /** Whether a take is under way: it waits for the database, or for an earlier owner. */
  readonly isTaking: boolean;
  /** The group has given these: takes them until all are taken, or the group changes. */
  give(places: Place[]): void;
  /** The group has taken all back, or is about to. */
  lose(): void;
  /** Lets go of all, and takes again if the group still counts this member. */
  takeAgain(): void;
  /** Fetches a partition from where it should be, where kafkajs fetched from somewhere else. */
  startOver(taken: TakenPartition): Promise<void>;
  /** Resolves after the first try to take what was given. @throws AppError POSITION_INVALID */
  tried: Promise<void>;
  /** Sleeps, or returns at once when the assignment is over. */
  pause(ms: number, over: AbortSignal): Promise<void>;
}

/** A partition that its earlier owner's transaction holds is asked for again after so long. */
const takeAgainMs = 100;

/** Makes a holding of nothing. */
export function createHolding(o: HoldingOptions): Holding {
  const { taking, member, stop, logger } = o;
  const { group } = taking;
  const partitions = createPartitions();
  const backoff = createBackoff({ baseMs: 100, maxMs: 5_000 });
  const tried = Promise.withResolvers<void>();
  tried.promise.catch(() => undefined);
  let assignment = new AbortController();
  let assigned: Place[] | undefined;
  let takes = 0;

  const isOver = (over: AbortSignal) => over.aborted || stop.aborted;
  const pause = (ms: number, over: AbortSignal) =>
    sleep(ms, undefined, { signal: AbortSignal.any([stop, over]) }).catch(() => undefined);

  function beginAnew(places: Place[] | undefined): AbortSignal {
    assignment.abort();
    assignment = new AbortController();
    assigned = places;
    partitions.clear();
    o.onOver();
    return assignment.signal;
  }

  // Nothing is handled before: an offset of Kafka's own decides nothing.
  async function take(places: Place[], over: AbortSignal): Promise<void> {
    takes += 1;
    for (let missing = places; missing.length > 0 && !isOver(over); tried.resolve()) {
      missing = await takeSome(missing, over);
    }
    tried.resolve();
    takes -= 1;
  }

  async function takeSome(missing: Place[], over: AbortSignal): Promise<Place[]> {
    try {
      const taken = await takePartitions(taking, missing);
      if (over.aborted) return [];
      for (const each of taken) partitions.add(each);
      member.open(taken);
      backoff.reset();
      if (taken.length < missing.length) await pause(takeAgainMs, over);
    } catch (error) {
      if (isAppError(error, 'POSITION_INVALID')) invalid(error);
      else logger.warn({ group, err: error }, 'partitions are not taken, is tried again');
      await pause(backoff.next(), over);
    }
    return missing.filter((place) => !partitions.get(place));
  }

  function invalid(error: unknown): void {
    tried.reject(error);
    beginAnew(undefined);
    o.onInvalid(error);
  }

  // Whom the group no longer knows has nothing to take: it would fence the member that has its partitions now.
  async function takeIfKnown(places: Place[], over: AbortSignal): Promise<void> {
    for (;;) {
      const known = await member.isKnown().catch(() => undefined);
      if (isOver(over) || known === false) return;
      if (known) return take(places, over);
      await pause(backoff.next(), over);
    }
  }

  return {
    partitions,
    get assigned() {
      return assigned;
    },
    get over() {
      return assignment.signal;
    },
    get isTaking() {
      return takes > 0;
    },
    give: (places) => void take(places, beginAnew(places)),
    lose: () => void beginAnew(undefined),
    takeAgain() {
      const places = assigned ?? [];
      void takeIfKnown(places, beginAnew(places));
    },
    async startOver(taken) {
      try {
        await checkPosition(taking, { ...taken, next_offset: taken.fetchNext });
        if (partitions.get(taken) === taken) member.open([taken]);
      } catch (error) {
        if (!isAppError(error, 'POSITION_INVALID')) throw error;
        invalid(error);
      }
    },
    tried: tried.promise,
    pause,
  };
}

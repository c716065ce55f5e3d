import { isTransient } from '@omnigate/database';
import { AppError } from '@omnigate/errors';
import { createRecurringWork, type Logger } from '@omnigate/runtime';
import type { Membership, MembershipTimings } from './membership';
import type { Retention } from './retention';
import type { Wakeup } from './wakeup';

/** What upkeep looks after. */
export interface UpkeepOptions extends MembershipTimings {
  membership: Membership;
  wakeup: Wakeup;
  /** Where the log is kept here. */
  retention?: Retention;
  logger: Logger;
  exclusive: boolean;
}

/** What a process does for the log as long as it runs. */
export interface Upkeep {
  /** Joins, listens, and begins; once. @throws AppError BUS_UNAVAILABLE */
  start(): Promise<void>;
  /** Takes the process out of the log. */
  stop(): Promise<void>;
}

const retentionEveryMs = 60_000;
/** Where a process is alone nobody but itself appends; it looks all the same, as an answer of the server can be lost. */
const headsEveryBeats = 2;

/** Makes the upkeep of a process; it does nothing before `start`. */
export function createUpkeep(o: UpkeepOptions): Upkeep {
  const { membership, wakeup } = o;
  let started: Promise<void> | undefined;
  let heartbeat: NodeJS.Timeout | undefined;
  let beats = 0;
  const retaining = createRecurringWork({
    work: async () => void (await o.retention?.run()),
    everyMs: retentionEveryMs,
    logger: o.logger,
    failure: 'bus retention failed',
  });

  async function begin(): Promise<void> {
    try {
      if (o.exclusive) await membership.removeOthers();
      await wakeup.start();
      await membership.refresh();
    } catch (error) {
      started = undefined;
      throw isTransient(error) ? new AppError('BUS_UNAVAILABLE', {}, { cause: error }) : error;
    }
    wakeup.announceMembers();
    heartbeat = setInterval(beat, o.heartbeatMs);
    retaining.begin();
  }

  async function beatOnce(): Promise<void> {
    try {
      await membership.refresh();
      beats += 1;
      if (membership.othersAlive || beats % headsEveryBeats === 0) await wakeup.readHeads();
    } catch (error) {
      o.logger.warn({ err: error }, 'bus heartbeat failed');
    }
  }

  function beat(): void {
    void beatOnce();
  }

  return {
    start() {
      started ??= begin();
      return started;
    },
    async stop() {
      clearInterval(heartbeat);
      await retaining.stop();
      await started?.then(() => membership.end()).catch(() => undefined);
      await wakeup.stop();
    },
  };
}

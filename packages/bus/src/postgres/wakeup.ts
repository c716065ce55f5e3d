import { createListener, type Database } from '@omnigate/database';
import { AppError } from '@omnigate/errors';
import type { Logger } from '@omnigate/runtime';
import type { Heads } from './heads';

/** PostgreSQL refuses payloads of 8,000 bytes. */
const maxPayloadLength = 7_000;
/** At most one notification of new records in so many milliseconds. */
const notifyEveryMs = 25;

/** What a notification says: members have changed, or `log:head,…`, or too many logs to name. */
const membersChanged = 'm';
const manyGrew = 'r';

/** What waking needs. */
export interface WakeupOptions {
  /** The bus's own. */
  database: Database;
  /** For LISTEN; not through a transaction pooler. */
  listenUrl: string;
  heads: Heads;
  /** NOTIFY channel. */
  channel: string;
  /** Selects `log` and `next_offset` of all logs that are not empty. */
  headsText: string;
  logger: Logger;
  /** Whether anybody is there to be told. */
  othersAlive(): boolean;
  /** Members of other processes have changed. */
  onMembers(): void;
}

/** Tells other processes what has happened here, and hears from them. */
export interface Wakeup {
  /** @throws AppError BUS_UNAVAILABLE */
  start(): Promise<void>;
  /** A log has grown by this process; the notification is sent in a moment, with others. */
  grew(log: number, next: bigint): void;
  /** Members of this process have changed. */
  announceMembers(): void;
  /** Reads the heads of all logs. @throws AppError DATABASE_UNAVAILABLE */
  readHeads(): Promise<void>;
  stop(): Promise<void>;
}

/** Makes it; it hears nothing before `start`. */
export function createWakeup(o: WakeupOptions): Wakeup {
  const grown = new Map<number, bigint>();
  let timer: NodeJS.Timeout | undefined;
  const listener = createListener({
    url: o.listenUrl,
    channel: o.channel,
    applicationName: 'omnigate-bus-listen',
    logger: o.logger,
    onNotification: hear,
    // Whatever was said while the connection was away is lost: look.
    onReconnected: () => void readHeads().catch(() => undefined),
  });

  function hear(payload: string): void {
    if (payload === membersChanged) o.onMembers();
    else if (payload === manyGrew) void readHeads().catch(() => undefined);
    else for (const [log, next] of parseHeads(payload)) o.heads.raise(log, next);
  }

  async function notify(payload: string): Promise<void> {
    try {
      await o.database.query({
        name: 'bus_notify',
        text: 'select pg_notify($1, $2)',
        values: [o.channel, payload],
      });
    } catch {
      // The others look for themselves every few seconds.
    }
  }

  async function readHeads(): Promise<void> {
    const rows = await o.database.query<{ log: number; next_offset: bigint }>({
      name: 'bus_heads',
      text: o.headsText,
      binary: true,
    });
    for (const row of rows) o.heads.raise(row.log, row.next_offset);
  }

  function tellGrown(): void {
    const payload = [...grown].map(([log, next]) => `${log}:${next}`).join();
    grown.clear();
    void notify(payload.length <= maxPayloadLength ? payload : manyGrew);
  }

  return {
    async start() {
      try {
        await listener.start();
        await readHeads();
      } catch (error) {
        throw new AppError('BUS_UNAVAILABLE', {}, { cause: error });
      }
    },
    grew(log, next) {
      if (!o.othersAlive()) return;
      grown.set(log, next);
      timer ??= setTimeout(() => {
        timer = undefined;
        tellGrown();
      }, notifyEveryMs);
    },
    announceMembers: () => void notify(membersChanged),
    readHeads,
    async stop() {
      clearTimeout(timer);
      timer = undefined;
      if (grown.size > 0) tellGrown();
      await listener.stop();
    },
  };
}

function parseHeads(payload: string): [log: number, next: bigint][] {
  return payload.split(',').flatMap((part) => {
    const [, log, next] = /^(\d+):(\d+)$/.exec(part) ?? [];
    return log && next ? [[Number(log), BigInt(next)]] : [];
  });
}

import type { Mailboxes } from '../mailboxes';
import type { Mailbox } from '../store/event-log';
import { type Connection, closeCode, closeConnection, isOpen } from './connection';

/** Seconds between two pings of a socket. */
export const pingSeconds = 25;
/** Seconds in which a page must say hello. */
export const helloSeconds = 10;
const maxMissedPings = 2;

/** One timer for all sockets: each second it serves one slot of a wheel as long as the ping interval. */
export interface Heartbeat {
  /** The present second. */
  tick(): number;
  add(connection: Connection): void;
  /** It has said hello. */
  greeted(connection: Connection): void;
  remove(connection: Connection): void;
  connections(): Iterable<Connection>;
  stop(): void;
}

/** What the heartbeat needs. */
export interface HeartbeatDeps {
  mailboxes: Mailboxes;
  /** Something waits in the mailbox of this socket: its wake-up was lost. */
  behind(connection: Connection): void;
  onFailure(error: unknown): void;
  /** Length of a tick, 1,000 ms; for tests. */
  tickMs?: number;
}

/** Makes the heartbeat; the timer runs only while there are sockets. */
export function createHeartbeat({ mailboxes, behind, onFailure, tickMs = 1_000 }: HeartbeatDeps): Heartbeat {
  const wheel: Set<Connection>[] = Array.from({ length: pingSeconds }, () => new Set());
  const strangers = new Set<Connection>();
  let now = 0;
  let count = 0;
  let timer: NodeJS.Timeout | undefined;
  const slotOf = (connection: Connection) => wheel[connection.openedTick % pingSeconds] as Set<Connection>;

  function ping(connection: Connection): void {
    if (connection.missedPings >= maxMissedPings) {
      closeConnection(connection, closeCode.timeout);
      // Two missed pings: nobody is there to answer the close either.
      connection.socket.terminate();
      return;
    }
    connection.missedPings += 1;
    if (isOpen(connection)) connection.socket.ping();
  }

  async function look(connections: Connection[]): Promise<void> {
    if (connections.length === 0) return;
    const lastSeqs = await mailboxes.lastSeqs(connections.map((connection) => connection.visit as Mailbox));
    for (const [index, connection] of connections.entries()) {
      if ((lastSeqs[index] ?? 0) > connection.sentSeq) behind(connection);
    }
  }

  function beat(): void {
    now += 1;
    for (const connection of strangers) {
      if (now - connection.openedTick > helloSeconds) closeConnection(connection, closeCode.timeout);
    }
    const slot = wheel[now % pingSeconds] as Set<Connection>;
    for (const connection of slot) ping(connection);
    look([...slot].filter((connection) => connection.ready && !connection.reading)).catch(onFailure);
  }

  return {
    tick: () => now,
    add(connection) {
      strangers.add(connection);
      slotOf(connection).add(connection);
      count += 1;
      timer ??= setInterval(beat, tickMs).unref();
    },
    greeted: (connection) => void strangers.delete(connection),
    remove(connection) {
      strangers.delete(connection);
      if (!slotOf(connection).delete(connection)) return;
      count -= 1;
      if (count > 0) return;
      clearInterval(timer);
      timer = undefined;
    },
    *connections() {
      for (const slot of wheel) yield* slot;
    },
    stop() {
      clearInterval(timer);
      timer = undefined;
    },
  };
}

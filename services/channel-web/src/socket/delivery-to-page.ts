import { resolvedContent } from '../domain/wire-content';
import type { Mailboxes } from '../mailboxes';
import { messageFrame } from '../server-frame';
import type { LoggedEvent } from '../store/event-log';
import { type Connection, drained, isBehind, isOpen, sendFrame } from './connection';

/** Events that one reading takes at most. */
const pageSize = 200;

function write(connection: Connection, event: LoggedEvent): void {
  connection.sentSeq = event.seq;
  // A conversation that has ended begins anew, with whoever answers first.
  if (event.role !== 'customer') connection.lastRole = event.content === resolvedContent ? '' : event.role;
  sendFrame(connection, messageFrame(event));
}

/** @returns how many of them the page has room for */
function writeWhatFits(connection: Connection, events: readonly LoggedEvent[]): number {
  let written = 0;
  for (const event of events) {
    if (isBehind(connection)) break;
    write(connection, event);
    written += 1;
  }
  return written;
}

/**
 * Writes whatever the mailbox has after the last event written, as much at once as the page takes. One at a
 * time for each socket; what is appended meanwhile is read before it ends.
 * @throws AppError DATABASE_UNAVAILABLE, OVERLOADED: the next wake-up or ping tries again
 */
export async function catchUp(connection: Connection, mailboxes: Mailboxes): Promise<void> {
  const { visit } = connection;
  connection.readAgain = true;
  if (!visit || connection.reading) return;
  connection.reading = true;
  try {
    let limit = pageSize;
    while (connection.readAgain && isOpen(connection)) {
      connection.readAgain = false;
      await drained(connection);
      const { tenantId, channelId, address } = visit;
      const events = await mailboxes.read({
        ...{ tenantId, channelId, address, limit },
        afterSeq: connection.sentSeq,
      });
      const written = writeWhatFits(connection, events);
      connection.readAgain ||= events.length === limit || written < events.length;
      // Of large events fewer are read again.
      limit = written < events.length ? Math.max(1, written) : Math.min(pageSize, limit * 2);
    }
  } finally {
    connection.reading = false;
  }
}

/**
 * Takes an event straight from its commit.
 * @returns false when the mailbox must be read, since something between is missing
 */
export function offer(connection: Connection, event: LoggedEvent): boolean {
  if (!connection.ready || event.seq <= connection.sentSeq) return true;
  if (connection.reading) {
    connection.readAgain = true;
    return true;
  }
  // What a slow page has no room for stays in the mailbox until it has.
  if (event.seq !== connection.sentSeq + 1 || isBehind(connection)) return false;
  write(connection, event);
  return true;
}

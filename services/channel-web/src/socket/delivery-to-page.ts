import { resolvedContent } from '../domain/wire-content';
import type { Mailboxes } from '../mailboxes';
import { messageFrame } from '../server-frame';
import type { LoggedEvent } from '../store/event-log';
import { type Connection, drained, isOpen, sendFrame } from './connection';

/** Events that one reading takes at most. */
const pageSize = 200;

function write(connection: Connection, event: LoggedEvent): void {
  connection.sentSeq = event.seq;
  // A conversation that has ended begins anew, with whoever answers first.
  if (event.role !== 'customer') connection.lastRole = event.content === resolvedContent ? '' : event.role;
  sendFrame(connection, messageFrame(event));
}

/**
 * Writes whatever the mailbox has after the last event written, page by page, waiting for a slow reader in between. One at a
 * time for each socket; what is appended meanwhile is read before it ends.
 * @throws AppError DATABASE_UNAVAILABLE, OVERLOADED: the next wake-up or ping tries again
 */
export async function catchUp(connection: Connection, mailboxes: Mailboxes): Promise<void> {
  const { visit } = connection;
  connection.readAgain = true;
  if (!visit || connection.reading) return;
  connection.reading = true;
  try {
    while (connection.readAgain && isOpen(connection)) {
      connection.readAgain = false;
      const { tenantId, channelId, address } = visit;
      const wish = { tenantId, channelId, address, afterSeq: connection.sentSeq, limit: pageSize };
      const events = await mailboxes.read(wish);
      for (const event of events) write(connection, event);
      if (events.length < pageSize) continue;
      connection.readAgain = true;
      await drained(connection);
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
  if (event.seq !== connection.sentSeq + 1) return false;
  write(connection, event);
  return true;
}

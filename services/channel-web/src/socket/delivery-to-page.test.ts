import type { ResolvedChannel } from '@omnigate/contracts';
import type { WebSocket } from 'ws';
import type { Mailboxes } from '../mailboxes';
import type { LoggedEvent, ReadAfter } from '../store/event-log';
import { type Connection, createConnection } from './connection';
import { catchUp, offer } from './delivery-to-page';

const mailbox = { tenantId: 't', channelId: 'c', address: 'a' };
const eventOf = (seq: number, bytes: number): LoggedEvent => ({
  ...mailbox,
  ...{ seq, id: String(seq), cid: null, role: 'bot', name: '', time: new Date() },
  content: JSON.stringify({ type: 'text', text: 'x'.repeat(bytes) }),
});

/** A page that takes nothing until it is told to, and a mailbox of so many events. */
function slowPage(count: number, bytes: number) {
  const seqs: number[] = [];
  const reads: number[] = [];
  const socket = { OPEN: 1, readyState: 1, bufferedAmount: 0, send, close: () => undefined };
  let most = 0;
  function send(frame: string): void {
    seqs.push((JSON.parse(frame) as { seq: number }).seq);
    socket.bufferedAmount += frame.length;
    most = Math.max(most, socket.bufferedAmount);
  }
  const events = Array.from({ length: count }, (_, index) => eventOf(index + 1, bytes));
  const mailboxes = {
    async read({ afterSeq, limit }: ReadAfter) {
      reads.push(limit);
      return events.slice(afterSeq, afterSeq + limit);
    },
  } as Pick<Mailboxes, 'read'> as Mailboxes;
  const connection = createConnection(socket as unknown as WebSocket, {} as ResolvedChannel, 0);
  connection.ready = true;
  connection.visit = { ...mailbox, name: '' } as NonNullable<Connection['visit']>;
  return { connection, mailboxes, events, seqs, reads, mostBytes: () => most, socket };
}

test('what a page does not take stays in the mailbox; of large events few are read at once', async () => {
  const { connection, mailboxes, seqs, reads, mostBytes, socket } = slowPage(300, 100_000);
  const caughtUp = catchUp(connection, mailboxes);
  const takes = setInterval(() => {
    socket.bufferedAmount = 0;
  }, 1);
  await caughtUp;
  clearInterval(takes);
  expect(seqs).toEqual(Array.from({ length: 300 }, (_, index) => index + 1));
  expect(mostBytes()).toBeLessThan(2 * 128 * 1024);
  expect(Math.max(...reads.slice(1))).toBeLessThanOrEqual(4);
}, 60_000);

test('an event is not offered to a page that is behind', () => {
  const { connection, events, seqs, socket } = slowPage(2, 10);
  expect(offer(connection, events[0] as LoggedEvent)).toBe(true);
  socket.bufferedAmount = 200_000;
  expect(offer(connection, events[1] as LoggedEvent)).toBe(false);
  expect(seqs).toEqual([1]);
});

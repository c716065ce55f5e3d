import { isAppError, toAppError } from '@omnigate/errors';
import type { Logger } from '@omnigate/runtime';
import { type BadFrame, type ClientFrame, parseClientFrame } from '../domain/client-frame';
import type { Said } from '../domain/said';
import { tokenLifeMs } from '../domain/visitor-token';
import type { Holder, Holders } from '../holders';
import type { Inbound, SaidMessage } from '../inbound';
import type { Mailboxes } from '../mailboxes';
import type { Receipts } from '../receipts';
import type { Visit, Visits } from '../visits';
import { type Connection, closeCode, closeConnection, isOpen, sendFrame, takeFrameToken } from './connection';
import { catchUp, offer } from './delivery-to-page';
import type { Heartbeat } from './heartbeat';

/** What the frames of a socket act on. */
export interface ConversationDeps {
  visits: Visits;
  inbound: Inbound;
  mailboxes: Mailboxes;
  receipts: Receipts;
  holders: Holders;
  heartbeat: Heartbeat;
  logger: Logger;
}

const maxBadFrames = 10;

/** Reads a mailbox for a socket; a failure is left to the next wake-up or ping. */
export function refresh(
  connection: Connection,
  { mailboxes, logger }: Pick<ConversationDeps, 'mailboxes' | 'logger'>,
): void {
  catchUp(connection, mailboxes).catch((err: unknown) => logger.warn({ err }, 'mailbox not read'));
}

function holderOf(connection: Connection, deps: ConversationDeps): Holder {
  return {
    offer: (event) => {
      if (!offer(connection, event)) refresh(connection, deps);
    },
    wake: (seq) => {
      if (connection.ready && seq > connection.sentSeq) refresh(connection, deps);
    },
    progressed: (delivered, read) => {
      if (connection.ready) sendFrame(connection, { t: 'receipt', delivered_seq: delivered, read_seq: read });
    },
    typing: (role) => {
      if (connection.ready && role !== 'customer') sendFrame(connection, { t: 'typing', role });
    },
    // Sockets are closed by their owner, with a code.
    release: () => {},
  };
}

/** A token in its second half is replaced, so that a visitor who comes back keeps the mailbox. */
async function renewal(
  connection: Connection,
  visit: Visit,
  { visits }: ConversationDeps,
): Promise<{ token?: string }> {
  if (visit.expires.getTime() - Date.now() > tokenLifeMs / 2) return {};
  return { token: (await visits.issue(connection.channel, visit)).token };
}

async function greet(
  connection: Connection,
  frame: ClientFrame & { t: 'hello' },
  deps: ConversationDeps,
): Promise<void> {
  const visit = await deps.visits.verify(connection.channel, frame.token);
  connection.visit = visit;
  deps.heartbeat.greeted(connection);
  const holder = holderOf(connection, deps);
  deps.holders.add(visit, holder);
  connection.socket.once('close', () => deps.holders.remove(visit, holder));
  const [progress, renewed] = await Promise.all([
    deps.mailboxes.progress(visit),
    renewal(connection, visit, deps),
  ]);
  if (!isOpen(connection)) return deps.holders.remove(visit, holder);
  const { lastSeq, deliveredSeq, readSeq, lastRole } = progress;
  connection.lastRole = lastRole;
  connection.sentSeq = Math.min(frame.after_seq, lastSeq);
  sendFrame(connection, {
    t: 'ready',
    last_seq: lastSeq,
    delivered_seq: deliveredSeq,
    read_seq: readSeq,
    ...renewed,
  });
  connection.ready = true;
  await catchUp(connection, deps.mailboxes);
}

/** The bot is asked next, unless a person or a notice (a queue) spoke last. */
function botAnswers({ lastRole, channel }: Connection): boolean {
  return lastRole === 'bot' || (lastRole === '' && channel.firstResponder === 'bot');
}

async function say(
  connection: Connection,
  visit: Visit,
  message: SaidMessage,
  deps: ConversationDeps,
): Promise<void> {
  // The channel may have been changed or deleted since the socket was opened.
  const channel = await deps.visits.channel(visit.channelId);
  const stored = await deps.inbound.accept(channel, visit, message);
  sendFrame(connection, { t: 'ack', cid: stored.cid, id: stored.id, seq: stored.seq, time: stored.time });
  if (!('score' in message.said) && botAnswers(connection))
    sendFrame(connection, { t: 'typing', role: 'bot' });
  // A wake-up may have been lost: each write is a reason to look.
  if (connection.sentSeq < stored.seq) refresh(connection, deps);
}

function refuse(connection: Connection, error: unknown, cid: string): void {
  const { code, retryAfterMs } = toAppError(error);
  sendFrame(connection, {
    t: 'error',
    code,
    cid,
    ...(retryAfterMs === undefined ? {} : { retry_after_ms: retryAfterMs }),
  });
}

/** Admits messages one after the other and does not wait for their commit, so that many share one. */
function takeMessage(
  connection: Connection,
  visit: Visit,
  message: { cid: string; said: Said },
  deps: ConversationDeps,
): void {
  const receivedTime = new Date();
  connection.admission = connection.admission
    .then(() => deps.inbound.admit(visit))
    .then(() => {
      void say(connection, visit, { ...message, receivedTime }, deps).catch((error: unknown) =>
        refuse(connection, error, message.cid),
      );
    })
    .catch((error: unknown) => refuse(connection, error, message.cid));
}

async function acknowledge(
  connection: Connection,
  visit: Visit,
  frame: { t: 'ack' | 'read'; seq: number },
  deps: ConversationDeps,
): Promise<void> {
  const { tenantId, channelId, address } = visit;
  // A page can't have received what was not sent to it.
  const seq = Math.min(frame.seq, connection.sentSeq);
  const kind = frame.t === 'read' ? ('read' as const) : ('delivered' as const);
  await deps.receipts.record({ channel: connection.channel, tenantId, channelId, address, kind, seq });
  if (kind === 'read') deps.holders.announceProgress(visit, { delivered: seq, read: seq });
}

function bad(connection: Connection, frame: BadFrame): void {
  connection.badFrames += 1;
  sendFrame(connection, {
    t: 'error',
    code: frame.code,
    ...(frame.cid === undefined ? {} : { cid: frame.cid }),
  });
  if (connection.badFrames >= maxBadFrames) closeConnection(connection, closeCode.policy);
}

function act(
  connection: Connection,
  visit: Visit,
  frame: ClientFrame | BadFrame,
  deps: ConversationDeps,
): void {
  switch (frame.t) {
    case 'msg':
      takeMessage(connection, visit, { cid: frame.cid, said: { text: frame.text } }, deps);
      break;
    case 'choice':
      takeMessage(connection, visit, { cid: frame.cid, said: { id: frame.id, label: frame.label } }, deps);
      break;
    case 'rate': {
      const { cid, of, score, comment } = frame;
      takeMessage(connection, visit, { cid, said: { of, score, comment } }, deps);
      break;
    }
    case 'typing':
      deps.holders.announceTyping(visit, 'customer');
      break;
    case 'ack':
    case 'read':
      acknowledge(connection, visit, frame, deps).catch((err: unknown) =>
        deps.logger.warn({ err }, 'receipt not recorded'),
      );
      break;
    case 'bad':
      bad(connection, frame);
      break;
    case 'hello':
      bad(connection, { t: 'bad', code: 'PAYLOAD_MALFORMED' });
      break;
  }
}

/** The first frame must say who it is. */
function welcome(connection: Connection, frame: ClientFrame | BadFrame, deps: ConversationDeps): void {
  if (frame.t !== 'hello') {
    closeConnection(connection, closeCode.unauthenticated);
    return;
  }
  greet(connection, frame, deps).catch((error: unknown) => {
    const isStranger = isAppError(error, 'VISITOR_TOKEN_INVALID');
    if (!isStranger) deps.logger.warn({ err: error }, 'visitor not let in');
    closeConnection(connection, isStranger ? closeCode.unauthenticated : closeCode.tryAgainLater);
  });
}

/**
 * Takes a frame of a page.
 * @param data at most 64 KiB, valid UTF-8: the socket has checked both
 */
export function takeFrame(connection: Connection, data: string, deps: ConversationDeps): void {
  connection.missedPings = 0;
  if (!isOpen(connection)) return;
  if (!takeFrameToken(connection)) {
    closeConnection(connection, closeCode.rateLimited);
    return;
  }
  const frame = parseClientFrame(data);
  if (connection.visit) act(connection, connection.visit, frame, deps);
  else welcome(connection, frame, deps);
}

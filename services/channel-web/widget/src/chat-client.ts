import { createBackoff } from './backoff';
import { eventsBefore, shownAfterReload } from './history';
import { openLongPolling } from './long-polling';
import type { ChatMessage, MenuOption, Rating, Role, ServerFrame, Unsent } from './protocol';
import { type Identity, openSession } from './session';
import type { VisitorStore } from './storage';
import { openSocket, socketOpens, type Transport } from './transport';
import { createUploads } from './uploads';

/** `unproved`: the page says who the visitor is, and the proof is wrong. */
export type Connection = 'idle' | 'connecting' | 'online' | 'offline' | 'refused' | 'unproved';

export interface ChatEvents {
  connection(state: Connection): void;
  /** A new event of the mailbox, in order, each once. */
  message(message: ChatMessage): void;
  /** The server has it. */
  stored(cid: string): void;
  /** It will never be taken; `code` says why. */
  rejected(cid: string, code: string): void;
  typing(role: Role): void;
  /** The mailbox is another one now: forget what was shown. */
  reset(): void;
  /** How far any page of this visitor has read. */
  seen(readSeq: number): void;
  /** How much of a file has gone, from 0 to 1. */
  progress(cid: string, share: number): void;
}

export interface ChatClientOptions {
  /** Such as "https://chat.example.com/chat/0199…". */
  url: string;
  identity?: Identity | undefined;
  store: VisitorStore;
  events: ChatEvents;
}

/** An unacknowledged message for so long means a dead connection. */
const ackDeadlineMs = 10_000;
/** Sockets in a row that never became ready before long polling takes over. */
const socketTries = 2;
/** After so long on long polling the socket is tried again. */
const socketAgainMs = 300_000;
/** So long a device remembers that no socket got through. */
const pollingKnownMs = 3_600_000;
const transient = new Set([
  'RATE_LIMITED',
  'OVERLOADED',
  'UNAVAILABLE',
  'DATABASE_UNAVAILABLE',
  'BUS_UNAVAILABLE',
  'INTERNAL',
]);

/**
 * The conversation of one page: session, connection, mailbox in order, unsent messages one at a time.
 * It touches no document; it reconnects by itself until `stop`.
 */
export function createChatClient({ url, identity, store, events }: ChatClientOptions) {
  const backoff = createBackoff();
  const known = store.load();
  let { token, lastSeq: highestSeq } = known;
  let seq = Math.max(0, highestSeq - shownAfterReload);
  let transport: Transport | undefined;
  let ready = false;
  let running = false;
  let { pollUntil } = known;
  let failedSockets = pollUntil > Date.now() ? socketTries : 0;
  let inFlight: string | undefined;
  let reconnectTimer: ReturnType<typeof setTimeout> | undefined;
  let ackTimer: ReturnType<typeof setTimeout> | undefined;
  let sendTimer: ReturnType<typeof setTimeout> | undefined;
  let socketTimer: ReturnType<typeof setTimeout> | undefined;
  let lastTyping = 0;
  let readSeq = 0;
  let lastSeqAtReady = 0;
  const uploads = createUploads({ ...events, url, token: () => token, stored, rejected });

  const save = () => store.save({ token, lastSeq: highestSeq, pollUntil });

  function stored(cid: string): void {
    store.remove(cid);
    events.stored(cid);
  }

  function rejected(cid: string, code: string): void {
    store.remove(cid);
    events.rejected(cid, code);
  }

  async function ensureToken(): Promise<'refused' | 'unproved' | undefined> {
    if (token) return undefined;
    const session = await openSession(url, identity);
    if ('refusal' in session) return session.refusal;
    token = session.token;
    save();
    return undefined;
  }

  async function connect(): Promise<void> {
    clearTimeout(reconnectTimer);
    if (!running || transport) return;
    events.connection('connecting');
    try {
      const refusal = await ensureToken();
      if (refusal) return events.connection(refusal);
    } catch {
      return later();
    }
    if (!running || transport) return;
    const open = failedSockets >= socketTries ? openLongPolling : openSocket;
    const current = open(
      { url, token, afterSeq: seq },
      {
        frame: (frame) => transport === current && receive(frame),
        closed: ({ code, wasReady }) => transport === current && lost(code, wasReady),
      },
    );
    transport = current;
    if (open === openLongPolling) waitForSocket(current);
  }

  /** Long polling goes on until a socket gets through. */
  async function trySocketAgain(polling: Transport): Promise<void> {
    const opens = await socketOpens(url);
    if (transport !== polling) return;
    if (!opens) return waitForSocket(polling);
    failedSockets = 0;
    polling.close();
    void connect();
  }

  function waitForSocket(polling: Transport): void {
    socketTimer = setTimeout(() => void trySocketAgain(polling), socketAgainMs);
  }

  function lost(code: number, wasReady: boolean): void {
    transport = undefined;
    ready = false;
    inFlight = undefined;
    clearTimeout(sendTimer);
    clearTimeout(socketTimer);
    if (code === 4401) {
      // The mailbox of the new session is another one.
      token = '';
      forget();
    } else if (!wasReady && navigator.onLine !== false) failedSockets += 1;
    later();
  }

  function forget(): void {
    seq = highestSeq = readSeq = 0;
    save();
    events.reset();
  }

  /** The server's mailbox is shorter than ours (an older backup was restored): ours is not the truth. */
  function startOver(): void {
    forget();
    transport?.close();
  }

  function later(): void {
    if (!running) return;
    events.connection('offline');
    clearTimeout(reconnectTimer);
    // Without a network nothing is tried: the browser tells when it is back (`retryNow`).
    if (navigator.onLine !== false) reconnectTimer = setTimeout(() => void connect(), backoff.next());
  }

  function receive(frame: ServerFrame): void {
    if (frame.t === 'ready') becomeReady(frame);
    else if (frame.t === 'message') take(frame);
    else if (frame.t === 'ack') taken(frame.cid);
    else if (frame.t === 'typing') events.typing(frame.role);
    else if (frame.t === 'receipt') events.seen(frame.read_seq);
    else if (frame.t === 'error') failed(frame);
  }

  function becomeReady(frame: Extract<ServerFrame, { t: 'ready' }>): void {
    if (frame.last_seq < seq) {
      startOver();
      return;
    }
    ready = true;
    lastSeqAtReady = frame.last_seq;
    rememberTransport();
    backoff.reset();
    if (frame.token) token = frame.token;
    readSeq = Math.max(readSeq, frame.read_seq);
    save();
    events.connection('online');
    events.seen(readSeq);
    sendNext();
    uploads.next();
  }

  function rememberTransport(): void {
    if (failedSockets < socketTries) failedSockets = pollUntil = 0;
    else if (pollUntil < Date.now()) pollUntil = Date.now() + pollingKnownMs;
  }

  function take(message: ChatMessage): void {
    if (message.seq <= seq) return;
    // Something between was missed: ask again from where we are.
    if (message.seq > seq + 1) {
      transport?.close();
      return;
    }
    seq = message.seq;
    highestSeq = Math.max(highestSeq, seq);
    save();
    if (message.cid) store.remove(message.cid);
    events.message(message);
    clearTimeout(ackTimer);
    ackTimer = setTimeout(() => transport?.ack(seq), 150);
  }

  function taken(cid: string): void {
    stored(cid);
    next(cid);
  }

  function failed(frame: Extract<ServerFrame, { t: 'error' }>): void {
    if (!frame.cid) return;
    if (transient.has(frame.code)) {
      clearTimeout(sendTimer);
      sendTimer = setTimeout(() => next(frame.cid ?? ''), frame.retry_after_ms ?? 2_000);
      return;
    }
    rejected(frame.cid, frame.code);
    next(frame.cid);
  }

  function next(cid: string): void {
    if (inFlight !== cid) return;
    inFlight = undefined;
    clearTimeout(sendTimer);
    sendNext();
  }

  /** One message is on its way at a time, so a lost connection cannot change their order. */
  function sendNext(): void {
    const head = store.unsent()[0];
    if (!ready || inFlight || !head) return;
    inFlight = head.cid;
    transport?.send(head);
    sendTimer = setTimeout(() => transport?.close(), ackDeadlineMs);
  }

  function write(message: Unsent): Unsent {
    store.add(message);
    sendNext();
    return message;
  }

  const newCid = () =>
    Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join(
      '',
    );

  return {
    /** There is a mailbox from an earlier visit, or something unsent. */
    hasHistory: () => highestSeq > 0 || store.unsent().length > 0,
    start(): void {
      if (running) return;
      running = true;
      void connect();
    },
    stop(): void {
      running = false;
      clearTimeout(reconnectTimer);
      clearTimeout(ackTimer);
      uploads.stop();
      transport?.close();
    },
    /** The network is back, or the page is looked at again: no need to wait. */
    retryNow(): void {
      backoff.reset();
      if (running && !transport) void connect();
    },
    /** The browser says that the network is gone. */
    networkLost: () => transport?.close(),
    sendText: (text: string) => write({ cid: newCid(), text, time: Date.now() }),
    choose: (choice: MenuOption) => write({ cid: newCid(), choice, time: Date.now() }),
    rate: (rating: Rating) => write({ cid: newCid(), rating, time: Date.now() }),
    sendFile(file: File): Unsent {
      const message = { cid: newCid(), file, time: Date.now() };
      uploads.add(message);
      return message;
    },
    cancelFile: (cid: string) => uploads.cancel(cid),
    unsent: () => store.unsent(),
    /** All that there was when the connection was made has been told. */
    isCurrent: () => ready && seq >= lastSeqAtReady,
    typing(): void {
      if (Date.now() - lastTyping < 3_000) return;
      lastTyping = Date.now();
      transport?.typing();
    },
    markRead(): void {
      if (!ready || seq <= readSeq) return;
      readSeq = seq;
      transport?.read(seq);
    },
    earlier: (beforeSeq: number) => eventsBefore(url, token, beforeSeq),
  };
}

export type ChatClient = ReturnType<typeof createChatClient>;

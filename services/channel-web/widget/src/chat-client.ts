import { createBackoff } from './backoff';
import { openLongPolling } from './long-polling';
import type { ChatMessage, MenuOption, Role, ServerFrame, Unsent } from './protocol';
import type { VisitorStore } from './storage';
import { openSocket, type Transport } from './transport';

export type Connection = 'idle' | 'connecting' | 'online' | 'offline' | 'refused';

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
}

export interface Identity {
  userId: string;
  hash: string;
  name: string;
}

export interface ChatClientOptions {
  /** Such as "https://chat.example.com/chat/0199…". */
  url: string;
  identity?: Identity | undefined;
  store: VisitorStore;
  events: ChatEvents;
}

/** Events of the mailbox that a reloaded page shows again; earlier ones on request. */
const shownAfterReload = 100;
/** An unacknowledged message for so long means a dead connection. */
const ackDeadlineMs = 10_000;
/** Sockets in a row that never became ready before long polling takes over. */
const socketTries = 3;
/** After so long on long polling the socket is tried again. */
const socketAgainMs = 300_000;
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
  const saved = store.load();
  const userId = identity?.userId ?? '';
  const known = saved.userId === userId ? saved : { token: '', lastSeq: 0, userId };
  let { token, lastSeq: highestSeq } = known;
  let seq = Math.max(0, highestSeq - shownAfterReload);
  let transport: Transport | undefined;
  let ready = false;
  let running = false;
  let failedSockets = 0;
  let inFlight: string | undefined;
  let reconnectTimer: ReturnType<typeof setTimeout> | undefined;
  let ackTimer: ReturnType<typeof setTimeout> | undefined;
  let sendTimer: ReturnType<typeof setTimeout> | undefined;
  let socketTimer: ReturnType<typeof setTimeout> | undefined;
  let lastTyping = 0;
  let readSeq = 0;

  const save = () => store.save({ token, lastSeq: highestSeq, userId });

  async function openSession(): Promise<boolean> {
    const body = identity
      ? { identity: { user_id: identity.userId, hash: identity.hash, name: identity.name } }
      : {};
    const response = await fetch(`${url}/sessions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (response.status === 403 || response.status === 404 || response.status === 401) return false;
    if (!response.ok) throw new Error(`sessions: ${response.status}`);
    token = ((await response.json()) as { token: string }).token;
    save();
    return true;
  }

  async function connect(): Promise<void> {
    clearTimeout(reconnectTimer);
    if (!running || transport) return;
    events.connection('connecting');
    try {
      if (!token && !(await openSession())) return events.connection('refused');
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
    if (open === openLongPolling)
      socketTimer = setTimeout(() => transport === current && current.close(), socketAgainMs);
  }

  function lost(code: number, wasReady: boolean): void {
    const polled = failedSockets >= socketTries;
    transport = undefined;
    ready = false;
    inFlight = undefined;
    clearTimeout(sendTimer);
    clearTimeout(socketTimer);
    if (code === 4401) {
      // The mailbox of the new session is another one.
      token = '';
      forget();
    } else if (polled && wasReady) failedSockets = 0;
    else if (!wasReady && navigator.onLine !== false) failedSockets += 1;
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
    failedSockets = failedSockets >= socketTries ? failedSockets : 0;
    backoff.reset();
    if (frame.token) token = frame.token;
    readSeq = Math.max(readSeq, frame.read_seq);
    save();
    events.connection('online');
    events.seen(readSeq);
    sendNext();
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
    store.remove(cid);
    events.stored(cid);
    next(cid);
  }

  function failed(frame: Extract<ServerFrame, { t: 'error' }>): void {
    if (!frame.cid) return;
    if (transient.has(frame.code)) {
      clearTimeout(sendTimer);
      sendTimer = setTimeout(() => next(frame.cid ?? ''), frame.retry_after_ms ?? 2_000);
      return;
    }
    store.remove(frame.cid);
    events.rejected(frame.cid, frame.code);
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
    unsent: () => store.unsent(),
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
    /** Events before `beforeSeq`, oldest first. */
    async earlier(beforeSeq: number): Promise<ChatMessage[]> {
      const after = Math.max(0, beforeSeq - 1 - shownAfterReload);
      const response = await fetch(
        `${url}/messages?after_seq=${after}&limit=${beforeSeq - 1 - after}&wait=0&ack=0`,
        {
          headers: { authorization: `Bearer ${token}` },
        },
      );
      if (!response.ok) throw new Error(`messages: ${response.status}`);
      return ((await response.json()) as { messages: ChatMessage[] }).messages;
    },
  };
}

export type ChatClient = ReturnType<typeof createChatClient>;

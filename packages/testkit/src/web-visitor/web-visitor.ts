import { randomUUID } from 'node:crypto';
import { WebSocket } from 'ws';

/** An event of the visitor's mailbox as the page gets it. */
export interface VisitorMessage {
  seq: number;
  id: string;
  cid?: string;
  from: { role: 'customer' | 'bot' | 'agent' | 'system'; name: string };
  content: { type: string; text?: string; options?: { id: string; label: string }[]; [key: string]: unknown };
  time: string;
}

/** Any frame of the server. */
export interface VisitorFrame {
  t: string;
  [key: string]: unknown;
}

/** Where and who. */
export interface WebVisitorOptions {
  /** Such as `http://127.0.0.1:8080`. */
  baseUrl: string;
  channelId: string;
  /** `Origin` header of the page; none by default. */
  origin?: string;
  /** A token from an earlier session; else `connect` opens one. */
  token?: string;
  /** Body of the session request, such as `{identity: {user_id, hash}}`. */
  session?: object;
  /** Milliseconds that waiting may take; default 10,000. */
  timeoutMs?: number;
}

/** A visitor of web chat who does what a test says, over the public protocol alone. */
export interface WebVisitor {
  /** Opens the session if there is none and the socket, says hello, resolves at `ready`. Rejects with the close code or status. */
  connect(): Promise<VisitorFrame>;
  /** Cuts the connection without a goodbye. */
  drop(): void;
  /** Closes the socket properly. */
  close(): Promise<void>;
  /** Sends a text, resolves at its `ack`; rejects with an error that has the server's `code`. */
  say(text: string, cid?: string): Promise<{ cid: string; id: string; seq: number }>;
  /** Chooses an option of a menu. */
  choose(
    option: { id: string; label: string },
    cid?: string,
  ): Promise<{ cid: string; id: string; seq: number }>;
  /** Rates the conversation whose end the event `of` told. */
  rate(
    rating: { of: string; score: number; comment?: string },
    cid?: string,
  ): Promise<{ cid: string; id: string; seq: number }>;
  /** Sends a file by HTTP; rejects with an error that has the server's `code`. */
  sendFile(file: {
    bytes: Buffer;
    type: string;
    name?: string;
    cid?: string;
  }): Promise<{ id: string; seq: number }>;
  /** Sends any frame, or any text as a frame. */
  frame(frame: object | string | Buffer): void;
  /** Acknowledges what has come, or tells that it was read. */
  acknowledge(kind?: 'ack' | 'read'): void;
  /** The first message, past or to come, that fits. */
  message(fits: (message: VisitorMessage) => boolean): Promise<VisitorMessage>;
  /** The first frame, past or to come, that fits. */
  frameThat(fits: (frame: VisitorFrame) => boolean): Promise<VisitorFrame>;
  /** The code with which the server closed the present socket. */
  closed(): Promise<number>;
  /** All messages in the order of arrival, repeats too. */
  readonly messages: VisitorMessage[];
  readonly frames: VisitorFrame[];
  /** The last seq that came without a gap. */
  readonly lastSeq: number;
  readonly token: string;
  readonly visitorId: string;
}

interface Waiter {
  check(): boolean;
}

/**
 * Makes a scripted visitor.
 * @param o where the channel is
 */
export function createWebVisitor(o: WebVisitorOptions): WebVisitor {
  const base = `${o.baseUrl}/chat/${o.channelId}`;
  const headers: Record<string, string> = o.origin ? { origin: o.origin } : {};
  const timeoutMs = o.timeoutMs ?? 10_000;
  const messages: VisitorMessage[] = [];
  const frames: VisitorFrame[] = [];
  const waiters = new Set<Waiter>();
  let token = o.token ?? '';
  let visitorId = '';
  let lastSeq = 0;
  let socket: WebSocket | undefined;
  let closeCode: number | undefined;

  function waitFor<T>(what: string, find: () => T | undefined): Promise<T> {
    const found = find();
    if (found !== undefined) return Promise.resolve(found);
    return new Promise((resolve, reject) => {
      const waiter: Waiter = {
        check() {
          const value = find();
          if (value === undefined) return false;
          clearTimeout(timer);
          resolve(value);
          return true;
        },
      };
      const timer = setTimeout(() => {
        waiters.delete(waiter);
        reject(new Error(`no ${what} within ${timeoutMs} ms; close code ${closeCode ?? 'none'}`));
      }, timeoutMs);
      waiters.add(waiter);
    });
  }

  function notify(): void {
    for (const waiter of waiters) if (waiter.check()) waiters.delete(waiter);
  }

  function take(text: string): void {
    const frame = JSON.parse(text) as VisitorFrame;
    frames.push(frame);
    if (frame.t === 'ready' && typeof frame.token === 'string') token = frame.token;
    if (frame.t === 'message') {
      const message = frame as unknown as VisitorMessage;
      messages.push(message);
      if (message.seq === lastSeq + 1) lastSeq = message.seq;
    }
    notify();
  }

  async function openSession(): Promise<void> {
    const response = await fetch(`${base}/sessions`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify(o.session ?? {}),
    });
    if (!response.ok)
      throw Object.assign(new Error(`session refused: ${response.status}`), { status: response.status });
    ({ token, visitor_id: visitorId } = (await response.json()) as { token: string; visitor_id: string });
  }

  async function connect(): Promise<VisitorFrame> {
    if (!token) await openSession();
    const current = new WebSocket(base.replace(/^http/, 'ws'), { headers, perMessageDeflate: false });
    socket = current;
    closeCode = undefined;
    const from = frames.length;
    let status: number | undefined;
    current.on('message', (data) => {
      if (socket === current) take(String(data));
    });
    current.on('unexpected-response', (_request, response) => {
      status = response.statusCode;
      current.terminate();
    });
    current.on('error', () => {});
    current.on('close', (code) => {
      if (socket !== current) return;
      closeCode = code;
      notify();
    });
    current.on('open', () => current.send(JSON.stringify({ t: 'hello', token, after_seq: lastSeq })));
    const answer = await waitFor(
      'ready',
      () => frames.slice(from).find(({ t }) => t === 'ready') ?? closeCode,
    );
    if (typeof answer !== 'number') return answer;
    throw Object.assign(new Error(`refused: ${status ?? answer}`), { status, code: answer });
  }

  function post(frame: object | string | Buffer): void {
    if (!socket) throw new Error('connect first');
    socket.send(typeof frame === 'string' || Buffer.isBuffer(frame) ? frame : JSON.stringify(frame));
  }

  async function send(frame: {
    t: string;
    cid: string;
    [key: string]: unknown;
  }): Promise<{ cid: string; id: string; seq: number }> {
    const from = frames.length;
    post(frame);
    const answer = await waitFor('ack', () =>
      frames.slice(from).find(({ t, cid }) => cid === frame.cid && (t === 'ack' || t === 'error')),
    );
    if (answer.t === 'ack') return { cid: frame.cid, id: String(answer.id), seq: Number(answer.seq) };
    throw Object.assign(new Error(`refused: ${String(answer.code)}`), answer);
  }

  async function sendFile(file: {
    bytes: Buffer;
    type: string;
    name?: string;
    cid?: string;
  }): Promise<{ id: string; seq: number }> {
    const response = await fetch(`${base}/files`, {
      method: 'POST',
      headers: {
        ...headers,
        authorization: `Bearer ${token}`,
        'idempotency-key': file.cid ?? randomUUID(),
        'content-type': file.type,
        'x-file-name': encodeURIComponent(file.name ?? ''),
      },
      body: new Uint8Array(file.bytes),
    });
    const answer = (await response.json()) as { id: string; seq: number; error?: { code: string } };
    if (response.ok) return answer;
    throw Object.assign(new Error(`refused: ${answer.error?.code}`), answer.error);
  }

  return {
    messages,
    frames,
    get lastSeq() {
      return lastSeq;
    },
    get token() {
      return token;
    },
    get visitorId() {
      return visitorId;
    },
    connect,
    drop: () => socket?.terminate(),
    async close() {
      socket?.close(1000);
      if (socket && socket.readyState !== socket.CLOSED) await waitFor('close', () => closeCode);
    },
    say: (text, cid = randomUUID()) => send({ t: 'msg', cid, text }),
    choose: (option, cid = randomUUID()) => send({ t: 'choice', cid, ...option }),
    rate: (rating, cid = randomUUID()) => send({ t: 'rate', cid, ...rating }),
    sendFile,
    frame: post,
    acknowledge: (kind = 'ack') => post({ t: kind, seq: lastSeq }),
    message: (fits) => waitFor('message', () => messages.find(fits)),
    frameThat: (fits) => waitFor('frame', () => frames.find(fits)),
    closed: () => waitFor('close', () => closeCode),
  };
}

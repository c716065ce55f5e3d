import { once } from 'node:events';
import { WebSocket } from 'ws';

/** An open page of web chat that does what the widget does, without showing it. */
export interface Page {
  /** Resolves at the server's acknowledgement, rejects when it refuses or the socket ends. */
  say(text: string, cid: string): Promise<void>;
}

type Frame =
  | { t: 'ack' | 'error'; cid?: string }
  | { t: 'message'; seq: number; from: { role: string } }
  | { t: 'ready' | 'typing' | 'receipt' };

interface Waiting {
  resolve(): void;
  reject(error: Error): void;
}

/** The widget acknowledges what came together at once. */
const ackAfterMs = 150;

async function openSocket(chatUrl: string): Promise<WebSocket> {
  const response = await fetch(`${chatUrl}/sessions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{}',
  });
  if (!response.ok) throw new Error(`a session was refused with ${response.status}`);
  const { token } = (await response.json()) as { token: string };
  const socket = new WebSocket(chatUrl.replace(/^http/, 'ws'), { perMessageDeflate: false });
  await once(socket, 'open');
  socket.send(JSON.stringify({ t: 'hello', token, after_seq: 0 }));
  await once(socket, 'message');
  return socket;
}

/**
 * Opens a page.
 *
 * @param chatUrl of the channel.
 * @param answered told of each message of a bot.
 * @returns the page, let in.
 */
export async function openPage(chatUrl: string, answered: () => void): Promise<Page> {
  const socket = await openSocket(chatUrl);
  const waiting = new Map<string, Waiting>();
  let ackTimer: NodeJS.Timeout | undefined;

  function settle({ t, cid = '' }: Extract<Frame, { t: 'ack' | 'error' }>): void {
    const said = waiting.get(cid);
    waiting.delete(cid);
    if (t === 'ack') said?.resolve();
    else said?.reject(new Error('a message was refused'));
  }

  socket.on('message', (data) => {
    const frame = JSON.parse(String(data)) as Frame;
    if (frame.t === 'ack' || frame.t === 'error') settle(frame);
    if (frame.t !== 'message') return;
    if (frame.from.role === 'bot') answered();
    clearTimeout(ackTimer);
    ackTimer = setTimeout(() => socket.send(JSON.stringify({ t: 'ack', seq: frame.seq })), ackAfterMs);
  });
  socket.on('close', () => {
    for (const said of waiting.values()) said.reject(new Error('the socket ended'));
  });

  return {
    say: (text, cid) =>
      new Promise((resolve, reject) => {
        waiting.set(cid, { resolve, reject });
        socket.send(JSON.stringify({ t: 'msg', cid, text }));
      }),
  };
}

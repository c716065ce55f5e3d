import type { ServerFrame, Unsent } from './protocol';

/** Why a transport ended. */
export interface Closed {
  code: number;
  /** It had said `ready` before. */
  wasReady: boolean;
}

/** A way to the server: the socket, or long polling. */
export interface Transport {
  send(message: Unsent): void;
  typing(): void;
  ack(seq: number): void;
  read(seq: number): void;
  close(): void;
}

export interface TransportEvents {
  frame(frame: ServerFrame): void;
  closed(closed: Closed): void;
}

export interface Endpoint {
  /** Such as "https://chat.example.com/chat/0199…". */
  url: string;
  token: string;
  afterSeq: number;
}

function frameOf({ cid, choice, rating, text }: Unsent): object {
  if (choice) return { t: 'choice', cid, ...choice };
  return rating ? { t: 'rate', cid, ...rating } : { t: 'msg', cid, text };
}

/** Of a socket that may be swallowed on its way. */
const openMs = 6_000;

/** Opens the WebSocket and says hello. A socket that does not become ready in time is closed. */
export function openSocket(endpoint: Endpoint, events: TransportEvents): Transport {
  const socket = new WebSocket(endpoint.url.replace(/^http/, 'ws'));
  let wasReady = false;
  let ended = false;
  const deadline = setTimeout(() => end(4408), openMs);
  const post = (frame: object) => {
    if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(frame));
  };
  // A socket without network may take minutes to tell that it is closed, so the end is told at once.
  const end = (code: number) => {
    if (ended) return;
    ended = true;
    clearTimeout(deadline);
    socket.close();
    events.closed({ code, wasReady });
  };
  socket.onopen = () => post({ t: 'hello', token: endpoint.token, after_seq: endpoint.afterSeq });
  socket.onmessage = (event: MessageEvent<string>) => {
    if (ended) return;
    const frame = JSON.parse(event.data) as ServerFrame;
    if (frame.t === 'ready') {
      wasReady = true;
      clearTimeout(deadline);
    }
    events.frame(frame);
  };
  socket.onclose = (event) => end(event.code);
  return {
    send: (message) => post(frameOf(message)),
    typing: () => post({ t: 'typing' }),
    ack: (seq) => post({ t: 'ack', seq }),
    read: (seq) => post({ t: 'read', seq }),
    close: () => end(1000),
  };
}

/** Says whether a socket gets through by now. */
export function socketOpens(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = new WebSocket(url.replace(/^http/, 'ws'));
    const deadline = setTimeout(() => socket.close(), openMs);
    socket.onopen = () => {
      resolve(true);
      socket.close();
    };
    socket.onclose = () => {
      clearTimeout(deadline);
      resolve(false);
    };
  });
}

import { connect, type Socket } from 'node:net';

/** An answer as it came. */
export interface RawAnswer {
  status: number;
  body: string;
}

/** Kept-alive connections that requests are written to as they are. */
export interface RawConnections {
  /**
   * Sends a request on the next free connection, one at a time on each.
   *
   * @param request head and body.
   * @returns the answer's HTTP status, and its body as latin1.
   * @throws Error when a connection ends before its answer.
   */
  send(request: Buffer): Promise<RawAnswer>;
  close(): void;
}

interface Sending {
  request: Buffer;
  resolve(answer: RawAnswer): void;
  reject(error: Error): void;
}

/**
 * Opens connections as they are needed. It reads no more of an answer than its status and length: an HTTP library would
 * cost as much as the server that is measured.
 *
 * @param origin http URL of the server.
 * @param count how many connections at most.
 * @returns the connections; close them.
 */
export function openRawConnections(origin: string, count: number): RawConnections {
  const { hostname, port } = new URL(origin);
  const sockets = new Set<Socket>();
  const free = new Set<Socket>();
  const waiting: Sending[] = [];

  function open(): Socket {
    const socket = connect(Number(port), hostname).setNoDelay();
    sockets.add(socket);
    // What follows is 'close'. A server ends connections that rest for long.
    socket.on('error', () => {});
    socket.once('close', () => {
      sockets.delete(socket);
      free.delete(socket);
      const next = waiting.shift();
      if (next) write(open(), next);
    });
    return socket;
  }

  function write(socket: Socket, { request, resolve, reject }: Sending): void {
    free.delete(socket);
    let received = '';
    const onData = (chunk: Buffer): void => {
      received += chunk.toString('latin1');
      if (!isWhole(received)) return;
      socket.off('data', onData).off('close', onClose);
      const body = received.slice(received.indexOf('\r\n\r\n') + 4);
      resolve({ status: Number(received.slice(9, 12)), body });
      const next = waiting.shift();
      if (next) write(socket, next);
      else free.add(socket);
    };
    const onClose = (): void => reject(new Error('a connection ended before its answer'));
    socket.on('data', onData).once('close', onClose).write(request);
  }

  return {
    send: (request) =>
      new Promise((resolve, reject) => {
        const sending = { request, resolve, reject };
        const [resting] = free;
        if (resting) write(resting, sending);
        else if (sockets.size < count) write(open(), sending);
        else waiting.push(sending);
      }),
    close() {
      for (const socket of sockets) socket.destroy();
    },
  };
}

function isWhole(received: string): boolean {
  const end = received.indexOf('\r\n\r\n');
  if (end < 0) return false;
  const length = /content-length: (\d+)/i.exec(received.slice(0, end))?.[1];
  return received.length >= end + 4 + Number(length ?? 0);
}

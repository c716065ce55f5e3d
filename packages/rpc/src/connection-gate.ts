import { type AddressInfo, createServer, type Socket } from 'node:net';

/** Listens, and lets in only what speaks HTTP/2. */
export interface ConnectionGate {
  /** @returns the port that it listens on */
  listen(host: string, port: number): Promise<number>;
  /** Takes no more connections, drops those not admitted yet, resolves when the admitted ones have ended. */
  close(): Promise<void>;
  /** Ends every connection now. */
  cut(): void;
}

/** What every HTTP/2 client sends first. Source: RFC 9113 §3.4. */
const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
const prefaceTimeoutMs = 10_000;

/**
 * Makes a gate before an HTTP/2 server, whose session costs 20 KB from the first moment: thousands of idle or garbled
 * sockets cost little here, and are closed after 10 s.
 * @param admit takes a connection over, with all that it has sent
 */
export function createConnectionGate(admit: (socket: Socket) => void): ConnectionGate {
  const open = new Set<Socket>();
  const waiting = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    open.add(socket);
    waiting.add(socket);
    socket.on('close', () => open.delete(socket));
    awaitPreface(socket, (admitted) => {
      waiting.delete(socket);
      if (admitted) admit(socket);
      else socket.destroy();
    });
  });
  return {
    listen: (host, port) =>
      new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen(port, host, () => {
          server.off('error', reject);
          resolve((server.address() as AddressInfo).port);
        });
      }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve()); // also when it never listened
        for (const socket of waiting) socket.destroy();
      }),
    cut() {
      for (const socket of open) socket.destroy();
    },
  };
}

function awaitPreface(socket: Socket, decide: (admitted: boolean) => void): void {
  let head = Buffer.alloc(0);
  const timer = setTimeout(() => end(false), prefaceTimeoutMs);
  const refuse = () => end(false);
  const onReadable = () => {
    const chunk: Buffer | null = socket.read();
    if (!chunk) return;
    head = Buffer.concat([head, chunk]);
    const length = Math.min(head.length, preface.length);
    if (!head.subarray(0, length).equals(preface.subarray(0, length))) end(false);
    else if (length === preface.length) end(true);
  };
  function end(admitted: boolean): void {
    clearTimeout(timer);
    socket.off('readable', onReadable).off('end', refuse).off('close', refuse);
    if (admitted) socket.off('error', refuse).unshift(head);
    decide(admitted);
  }
  socket.on('readable', onReadable).on('end', refuse).on('close', refuse).on('error', refuse);
}

import { createServer, type Server } from 'node:net';

/**
 * Node takes one new connection from a socket in a turn of the event loop (https://github.com/libuv/libuv/pull/3696). In
 * a busy process a turn takes 50 ms, so that new connections came in at 20 a second and the others' SYN was dropped and
 * sent again after 1, 3 and 7 s: seen as pushes that took 10 s. So several sockets listen on the port.
 */
const sockets = 16;
/** Connections that wait for a turn, a socket; the kernel takes no more than net.core.somaxconn. */
const backlog = 4_096;

/** Elsewhere a port is not shared like this. */
const canShare = process.platform === 'linux';

/** What a server is told to listen on. */
export interface ListenOptions {
  host: string;
  port: number;
  backlog: number;
  reusePort?: boolean;
}

/** The further sockets of a server. */
export interface FurtherSockets {
  /** Takes no more connections by them; resolves when those that they took have ended. */
  close(): Promise<void>;
}

/**
 * Makes the further sockets of a server, which gets each of their connections by its event.
 *
 * @param server of node:http or node:net.
 * @returns to listen with all, and to close the further ones before the server.
 */
export function createFurtherSockets(server: Server): FurtherSockets & {
  /**
   * Listens with all sockets on a port.
   *
   * @param host address.
   * @param wanted port; 0 for any that is free.
   * @param listen lets the server itself listen; returns its port.
   * @throws Error with a code such as EADDRINUSE, also where another process has opened the port to be shared.
   */
  listen(host: string, wanted: number, listen: (o: ListenOptions) => Promise<number>): Promise<void>;
} {
  // As the server takes its own connections: one of HTTP may be ended by its client before the answer, one of SMTP not.
  const { allowHalfOpen, noDelay } = server as Server & { allowHalfOpen: boolean; noDelay: boolean };
  const further = Array.from({ length: canShare ? sockets - 1 : 0 }, () =>
    createServer({ allowHalfOpen, noDelay }, (socket) => server.emit('connection', socket)),
  );
  return {
    async listen(host, wanted, listen) {
      if (!canShare) return void (await listen({ host, port: wanted, backlog }));
      // A port that is opened to be shared would be shared with whoever else does so.
      if (wanted !== 0) await closed(await open(createServer(), { host, port: wanted, backlog }));
      const port = await listen({ host, port: wanted, backlog, reusePort: true });
      await Promise.all(further.map((each) => open(each, { host, port, backlog, reusePort: true })));
    },
    async close() {
      await Promise.all(further.map(closed));
    },
  };
}

function open(server: Server, at: ListenOptions): Promise<Server> {
  return new Promise((resolve, reject) => {
    server.once('error', reject).listen(at, () => resolve(server.off('error', reject)));
  });
}

const closed = (server: Server): Promise<void> => new Promise((resolve) => server.close(() => resolve()));

import type { Server as HttpServer } from 'node:http';
import { createServer, type Server } from 'node:net';
import type { FastifyInstance } from 'fastify';

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

/**
 * Listens with all sockets on a port.
 *
 * @param server with all its routes.
 * @param host address.
 * @param wanted port; 0 for any that is free.
 * @throws Error with a code such as EADDRINUSE, also where another process has opened the port to be shared.
 */
export async function acceptOn(server: FastifyInstance, host: string, wanted: number): Promise<void> {
  if (!canShare) return void (await server.listen({ host, port: wanted, backlog }));
  // A port that is opened to be shared would be shared with whoever else does so.
  if (wanted !== 0) await closed(await open(createServer(), { host, port: wanted }));
  const more = Array.from({ length: sockets - 1 }, () => handingOver(server.server));
  server.addHook('preClose', async () => {
    for (const each of more) each.close();
  });
  const shared: Where = { host, port: wanted, backlog, reusePort: true };
  await server.listen(shared);
  const address = server.addresses()[0];
  const port = typeof address === 'object' ? address.port : wanted;
  await Promise.all(more.map((each) => open(each, { ...shared, port })));
}

/** Options as those of node:http. */
function handingOver(http: HttpServer): Server {
  return createServer({ allowHalfOpen: true, noDelay: true }, (socket) => http.emit('connection', socket));
}

type Where = { host: string; port: number; backlog?: number; reusePort?: boolean };

function open(server: Server, where: Where): Promise<Server> {
  return new Promise((resolve, reject) => {
    server.once('error', reject).listen(where, () => resolve(server.off('error', reject)));
  });
}

const closed = (server: Server): Promise<void> => new Promise((resolve) => server.close(() => resolve()));

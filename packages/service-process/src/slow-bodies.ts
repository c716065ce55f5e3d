import type { Duplex } from 'node:stream';
import type { FastifyInstance } from 'fastify';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Bodies of this route are files: they may take minutes to come. */
    slowBody?: boolean;
  }
}

type ClientErrorHandler = (error: NodeJS.ErrnoException, socket: Duplex) => void;

/**
 * Gives the bodies of routes with `slowBody` more time than the server's own limit, which is one for all requests.
 * @param server not listening yet
 * @param limitMs after which such a body too must have come whole
 */
export function allowSlowBodies(server: FastifyInstance, limitMs: number): void {
  const patient = new WeakSet<Duplex>();
  server.addHook('onRequest', async (request, reply) => {
    if (!request.routeOptions.config.slowBody) return;
    const { raw } = request;
    patient.add(raw.socket);
    const timer = setTimeout(() => {
      if (!raw.complete) raw.socket.destroy();
    }, limitMs).unref();
    reply.raw.once('close', () => {
      clearTimeout(timer);
      patient.delete(raw.socket);
    });
  });
  const handlers = server.server.listeners('clientError') as ClientErrorHandler[];
  server.server.removeAllListeners('clientError');
  server.server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => {
    // Node tells of a late request once, and leaves it to its listeners to end it.
    if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT' && patient.has(socket)) return;
    for (const handle of handlers) handle.call(server.server, error, socket);
  });
}

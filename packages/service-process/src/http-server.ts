import { type Health, type Metrics, registerOperations } from '@omnigate/runtime';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { allowSlowBodies } from './slow-bodies';

/** Of HTTP: the body is. */
const tooLarge = 413;
const bodyLimitBytes = 1_048_576;
/** A request that has not come whole by then is ended; providers wait 5 to 15 s themselves. */
const requestTimeoutMs = 20_000;
const headersTimeoutMs = 10_000;
/** A file from a telephone with a bad connection. */
const slowBodyMs = 300_000;
const keepAliveTimeoutMs = 65_000;

/** A path that no route can read, such as `/webhooks/sms-twilio/%ff`; at webhooks it is an unknown channel like any other. */
function answerBadPath(request: FastifyRequest, reply: FastifyReply): void {
  if (request.raw.url?.startsWith('/webhooks/')) void reply.status(403).send();
  else void reply.status(400).send({ error: 'the path is not valid' });
}

/** What the HTTP server of a process needs. */
export interface HttpServerOptions {
  /** For /livez and /readyz. */
  health: Health;
  /** For /metrics. */
  metrics: Metrics;
  /** Addresses, or ranges such as 10.0.0.0/8, of proxies whose word for a visitor's address is taken; default: none. */
  trustProxy?: readonly string[];
  /** Milliseconds in which a request must have come whole; for tests. */
  requestMs?: number;
}

/**
 * The HTTP server of all services, not listening yet.
 *
 * @param deps health, metrics and trusted proxies.
 * @returns the server.
 */
export function createHttpServer(deps: HttpServerOptions): FastifyInstance {
  const server = fastify({
    logger: false,
    bodyLimit: bodyLimitBytes,
    requestTimeout: deps.requestMs ?? requestTimeoutMs,
    keepAliveTimeout: keepAliveTimeoutMs,
    forceCloseConnections: 'idle',
    http: {
      headersTimeout: Math.min(headersTimeoutMs, deps.requestMs ?? headersTimeoutMs),
      connectionsCheckingInterval: (deps.requestMs ?? requestTimeoutMs) / 4,
    },
    trustProxy: deps.trustProxy?.length ? [...deps.trustProxy] : false,
    frameworkErrors: (_error, request, reply) => answerBadPath(request, reply),
  });
  server.setErrorHandler((error: { statusCode?: number }, _request, reply) => {
    const status = error.statusCode ?? 500;
    void reply
      .status(status)
      .send({ error: status < 500 ? 'the request is not valid' : 'something went wrong inside Omnigate' });
  });
  server.setNotFoundHandler((_request, reply) => {
    void reply.status(404).send({ error: 'there is nothing here' });
  });
  // Closed with the rest of the body unread, a connection is reset, and the answer may be lost on its way.
  server.addHook('onSend', async (_request, reply) => {
    if (reply.statusCode === tooLarge) reply.removeHeader('connection');
  });
  allowSlowBodies(server, slowBodyMs);
  endConnectionsAtClose(server);
  registerOperations(server, deps);
  return server;
}

/** How often a closing server looks whether its last answer is out. */
const closingLookMs = 50;

/**
 * Lets a server close as soon as every request is answered, whichever of its sockets the request came by. Node waits for
 * connections too: for one that is kept alive until its client lets go, and for one that has never sent anything, as
 * browsers open them ahead, without an end.
 */
function endConnectionsAtClose(server: FastifyInstance): void {
  const http = server.server;
  const answered = Promise.withResolvers<void>();
  let closing = false;
  let underWay = 0;
  server.addHook('onRequest', async (_request, reply) => {
    underWay += 1;
    // Also when the client is gone before its answer, which onResponse does not tell.
    reply.raw.once('close', () => (underWay -= 1));
  });
  server.addHook('onSend', async (_request, reply) => {
    if (closing) reply.header('connection', 'close');
  });
  server.addHook('preClose', async () => {
    closing = true;
    const look = (): void => {
      if (underWay > 0) return;
      http.closeAllConnections();
      if (http.listening) return;
      clearInterval(looking);
      answered.resolve();
    };
    const looking = setInterval(look, closingLookMs);
  });
  // Node counts the connections of the socket that fastify opened, and none of further-sockets.ts.
  const close = http.close.bind(http);
  http.close = (done) => close((error) => void answered.promise.then(() => done?.(error)));
}

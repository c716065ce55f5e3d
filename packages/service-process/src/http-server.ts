import { type Health, type Metrics, registerOperations } from '@omnigate/runtime';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';

const bodyLimitBytes = 1_048_576;
/** A request that has not come whole by then is ended; providers wait 5 to 15 s themselves. */
const requestTimeoutMs = 20_000;
const headersTimeoutMs = 10_000;
const keepAliveTimeoutMs = 65_000;

/** A path that no route can read, such as `/webhooks/sms-twilio/%ff`; at webhooks it is an unknown channel like any other. */
function answerBadPath(request: FastifyRequest, reply: FastifyReply): void {
  if (request.raw.url?.startsWith('/webhooks/')) void reply.status(403).send();
  else void reply.status(400).send({ error: 'the path is not valid' });
}

/**
 * The HTTP server of all services, not listening yet.
 *
 * @param deps health and metrics for /livez, /readyz and /metrics.
 * @returns the server.
 */
export function createHttpServer(deps: { health: Health; metrics: Metrics }): FastifyInstance {
  const server = fastify({
    logger: false,
    bodyLimit: bodyLimitBytes,
    requestTimeout: requestTimeoutMs,
    keepAliveTimeout: keepAliveTimeoutMs,
    forceCloseConnections: 'idle',
    http: { headersTimeout: headersTimeoutMs, connectionsCheckingInterval: 5_000 },
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
  registerOperations(server, deps);
  return server;
}

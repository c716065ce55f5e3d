import type { FastifyInstance } from 'fastify';
import type { Health } from './health';
import type { Metrics } from './metrics';

/**
 * Adds `/livez` (touches no dependency), `/readyz` (200 or 503, with every check by name) and `/metrics` (Prometheus).
 * @param server a fastify server that does not listen yet
 */
export function registerOperations(
  server: FastifyInstance,
  { health, metrics }: { health: Health; metrics: Metrics },
): void {
  server.get('/livez', (_request, reply) => reply.type('text/plain').send('ok'));
  server.get('/readyz', async (_request, reply) => {
    const readiness = await health.readiness();
    return reply.code(readiness.ready ? 200 : 503).send(readiness);
  });
  server.get('/metrics', async (_request, reply) =>
    reply.type(metrics.contentType).send(await metrics.text()),
  );
}

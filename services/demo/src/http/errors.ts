import { toAppError, toHttpError } from '@omnigate/errors';
import type { Logger } from '@omnigate/runtime';
import type { FastifyInstance } from 'fastify';

/**
 * Answers what its routes throw by the table of errors; the page says it in its own words, by the code.
 *
 * @param server whose routes these are.
 * @param logger is told what went wrong inside.
 */
export function answerErrors(server: FastifyInstance, logger: Logger): void {
  server.setErrorHandler((error, request, reply) => {
    const { status, headers, body } = toHttpError(error);
    if (status >= 500)
      logger.error({ err: toAppError(error), route: request.routeOptions.url }, 'demo request failed');
    void reply.status(status).headers(headers).send({ error: body.message, code: body.code });
  });
}

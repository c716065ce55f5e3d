import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';

/** The visitor's token of a request. */
export function bearerOf(request: FastifyRequest): string | undefined {
  return /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
}

/** The fields that a request got wrong, for the caller; never their values. */
export function fieldsOf(error: z.ZodError): { field: string; description: string }[] {
  return error.issues.map(({ path, message }) => ({ field: path.join('.'), description: message }));
}

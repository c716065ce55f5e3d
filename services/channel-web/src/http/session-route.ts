import { randomUUID } from 'node:crypto';
import { isIP } from 'node:net';
import type { ResolvedChannel } from '@omnigate/contracts';
import { AppError } from '@omnigate/errors';
import { sanitizeText } from '@omnigate/runtime';
import type { State } from '@omnigate/state';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { isIdentityProven, type Visitor } from '../domain/visitor-token';
import { webConfigOf } from '../manifest';
import type { Visits } from '../visits';
import { bearerOf, fieldsOf } from './request-fields';

/** What sessions need. */
export interface SessionRouteDeps {
  visits: Visits;
  state: State;
}

/** Sessions of one IP address. */
export const sessionRate = { ratePerSecond: 5, burst: 200 };

const bodySchema = z.object({
  identity: z
    .object({
      user_id: z.string().min(1).max(200),
      hash: z.string().max(200),
      name: z.string().max(100).transform(sanitizeText).default(''),
    })
    .optional(),
});

type Identity = NonNullable<z.infer<typeof bodySchema>['identity']>;

/** A peer on the machine itself is a proxy, behind which all visitors share one address, so it is not counted. */
function isLocal(ip: string): boolean {
  const plain = ip.replace(/^::ffff:/, '');
  return plain === '::1' || (isIP(plain) === 4 && plain.startsWith('127.'));
}

async function limitAddress(request: FastifyRequest, state: State): Promise<void> {
  if (isLocal(request.ip)) return;
  const { taken, retryAfterMs } = await state.takeTokens(`chat-sessions:${request.ip}`, sessionRate);
  if (!taken) throw new AppError('RATE_LIMITED', {}, { retryAfterMs });
}

function identified(channel: ResolvedChannel, identity: Identity): Visitor {
  const { identitySecret } = webConfigOf(channel);
  const userId = identity.user_id;
  const proven = identitySecret !== undefined && isIdentityProven(identitySecret, userId, identity.hash);
  if (!proven || sanitizeText(userId) !== userId) throw new AppError('IDENTITY_INVALID');
  return { address: `user:${userId}`, name: identity.name };
}

/** The visitor of a token that is still good, or a new one. */
async function visitorOf(
  request: FastifyRequest,
  identity: Identity | undefined,
  visits: Visits,
): Promise<Visitor> {
  if (identity) return identified(request.webChannel, identity);
  const token = bearerOf(request);
  if (!token) return { address: randomUUID(), name: '' };
  const { address, name } = await visits.verify(request.webChannel, token);
  return { address, name };
}

/** Adds `POST /chat/{channel_id}/sessions`. */
export function registerSessionRoute(server: FastifyInstance, { visits, state }: SessionRouteDeps): void {
  server.post('/chat/:channelId/sessions', async (request) => {
    await limitAddress(request, state);
    const body = bodySchema.safeParse(request.body ?? {});
    if (!body.success) throw new AppError('PAYLOAD_MALFORMED', {}, { fields: fieldsOf(body.error) });
    const visitor = await visitorOf(request, body.data.identity, visits);
    const { token, expires } = await visits.issue(request.webChannel, visitor);
    return { visitor_id: visitor.address, token, expires_time: expires.toISOString() };
  });
}

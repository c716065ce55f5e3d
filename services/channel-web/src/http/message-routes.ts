import { AppError } from '@omnigate/errors';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { choiceSchema, cidSchema, ratingSchema, textSchema } from '../domain/client-frame';
import type { Holders } from '../holders';
import type { Inbound, SaidMessage } from '../inbound';
import type { Mailboxes } from '../mailboxes';
import type { Receipts } from '../receipts';
import { messageObject } from '../server-frame';
import type { LoggedEvent } from '../store/event-log';
import type { Visit, Visits } from '../visits';
import { bearerOf, fieldsOf } from './request-fields';

/** What the HTTP fallback needs. */
export interface MessageRouteDeps {
  visits: Visits;
  inbound: Inbound;
  mailboxes: Mailboxes;
  receipts: Receipts;
  holders: Holders;
  /** Milliseconds that a long poll waits; default 25,000. */
  pollMs?: number;
}

const defaultPollMs = 25_000;
const seq = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

const postSchema = z.object({
  cid: cidSchema.optional(),
  text: textSchema.shape.text.optional(),
  choice: choiceSchema.optional(),
  rating: ratingSchema.optional(),
});

const querySchema = z.object({
  after_seq: seq.default(0),
  limit: z.coerce.number().int().min(1).max(200).default(200),
  wait: z.enum(['0', '1']).default('1'),
  ack: z.enum(['0', '1']).default('1'),
  read_seq: seq.optional(),
});

function parse<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw new AppError('PAYLOAD_MALFORMED', {}, { fields: fieldsOf(parsed.error) });
  return parsed.data;
}

function messageOf(request: FastifyRequest): SaidMessage {
  const receivedTime = new Date();
  const body = parse(postSchema, request.body);
  const cid = parse(cidSchema, request.headers['idempotency-key'] ?? body.cid);
  const said = body.choice ?? body.rating;
  if (said) return { cid, said, receivedTime };
  if (body.text === undefined)
    throw new AppError(
      'PAYLOAD_MALFORMED',
      {},
      { fields: [{ field: 'text', description: 'text, choice or rating is required' }] },
    );
  return { cid, said: { text: body.text }, receivedTime };
}

/** Resolves at the next sign of something new in the mailbox, or when the time is over or the client gone. */
function nextEvent(
  visit: Visit,
  holders: Holders,
  o: { waitMs: number; signal: AbortSignal },
): { happened: Promise<void>; stop(): void } {
  let resolve = () => {};
  const happened = new Promise<void>((done) => {
    resolve = done;
  });
  const wake = () => resolve();
  const holder = { offer: wake, wake, release: wake, progressed: () => {}, typing: () => {} };
  holders.add(visit, holder);
  const timer = setTimeout(resolve, o.waitMs).unref();
  o.signal.addEventListener('abort', () => resolve(), { once: true });
  return {
    happened,
    stop() {
      clearTimeout(timer);
      holders.remove(visit, holder);
    },
  };
}

type Query = z.infer<typeof querySchema>;

async function poll(
  visit: Visit,
  query: Query,
  o: { deps: MessageRouteDeps; signal: AbortSignal },
): Promise<LoggedEvent[]> {
  const { mailboxes, holders, pollMs = defaultPollMs } = o.deps;
  const { tenantId, channelId, address } = visit;
  const wish = { tenantId, channelId, address, afterSeq: query.after_seq, limit: query.limit };
  if (query.wait === '0') return mailboxes.read(wish);
  // Listening starts before the first look, so that nothing falls between the two.
  const next = nextEvent(visit, holders, { waitMs: pollMs, signal: o.signal });
  try {
    const events = await mailboxes.read(wish);
    if (events.length > 0) return events;
    await next.happened;
    return await mailboxes.read(wish);
  } finally {
    next.stop();
  }
}

/** What a poll tells of the page: it has everything up to `after_seq`, and has shown everything up to `read_seq`. */
async function recordProgress(
  request: FastifyRequest,
  visit: Visit,
  query: Query,
  deps: MessageRouteDeps,
): Promise<void> {
  const { tenantId, channelId, address } = visit;
  const mailbox = { channel: request.webChannel, tenantId, channelId, address };
  const { after_seq: afterSeq, read_seq: readSeq } = query;
  if (query.ack === '1' && afterSeq > 0)
    await deps.receipts.record({ ...mailbox, kind: 'delivered', seq: afterSeq });
  if (readSeq !== undefined) await deps.receipts.record({ ...mailbox, kind: 'read', seq: readSeq });
}

/** Adds `POST` and `GET /chat/{channel_id}/messages`. */
export function registerMessageRoutes(server: FastifyInstance, deps: MessageRouteDeps): void {
  const visitOf = (request: FastifyRequest) => deps.visits.verify(request.webChannel, bearerOf(request));

  server.post('/chat/:channelId/messages', async (request) => {
    const visit = await visitOf(request);
    const message = messageOf(request);
    await deps.inbound.admit(visit);
    return deps.inbound.accept(request.webChannel, visit, message);
  });

  server.get('/chat/:channelId/messages', async (request, reply) => {
    const visit = await visitOf(request);
    const query = parse(querySchema, request.query);
    await recordProgress(request, visit, query, deps);
    const gone = new AbortController();
    reply.raw.once('close', () => gone.abort());
    const events = await poll(visit, query, { deps, signal: gone.signal });
    const { lastSeq, deliveredSeq, readSeq } = await deps.mailboxes.progress(visit);
    const messages = events.map(messageObject).join(',');
    reply.type('application/json; charset=utf-8');
    return `{"messages":[${messages}],"last_seq":${lastSeq},"delivered_seq":${deliveredSeq},"read_seq":${readSeq}}`;
  });
}

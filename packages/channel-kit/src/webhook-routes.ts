import type { ResolvedChannel } from '@omnigate/contracts';
import { isTransient } from '@omnigate/database';
import type { DirectoryCache } from '@omnigate/directory-cache';
import { AppError, errorRow, isAppError, toHttpError } from '@omnigate/errors';
import {
  beginSpan,
  createSignals,
  failSpan,
  isTracing,
  type Logger,
  type Metrics,
  type Span,
  SpanKind,
  traceFields,
  traceparentOf,
} from '@omnigate/runtime';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { AnswerEnd, ChannelAdapter, HeldAnswer, InboundRequest, Receipt } from './adapter';
import type { ChannelLog } from './channel-log';
import type { Deliveries } from './delivery/deliveries';
import type { Ingest } from './ingest';

/** What the webhooks of an adapter service need. */
export interface WebhookRoutesOptions {
  adapterService: string;
  /** By channel type. */
  adapters: ReadonlyMap<string, ChannelAdapter>;
  directory: Pick<DirectoryCache, 'peekChannel' | 'channel'>;
  ingest: Ingest;
  deliveries: Pick<Deliveries, 'recordStatuses'>;
  channelLog: ChannelLog;
  logger: Logger;
  metrics: Metrics;
  /** `OMNIGATE_PUBLIC_URL`. */
  publicUrl: string;
  /** Also answer for channel types that nobody has; one adapter service of a process does. */
  catchAll?: boolean;
}

const maxBodyBytes = 1 << 20;
/** For a whole request, in ms: a body that trickles in is cut off with 408. */
const requestTimeoutMs = 30_000;
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/**
 * Adds `/webhooks/{channel_type}/{channel_id}` and what is below it. Answers are those of design §7: the adapter's 2xx when
 * all is durable; 403 with an empty body for whatever isn't a signed request of a known channel; 400 signed but
 * malformed; 413 over 1 MiB; 503 with Retry-After.
 * @param server a fastify server that does not listen yet; gets a request timeout if it has none
 */
export function registerWebhookRoutes(server: FastifyInstance, o: WebhookRoutesOptions): void {
  server.server.requestTimeout ||= requestTimeoutMs;
  const handle = createWebhookHandler(o);
  const paths = o.catchAll ? ['/webhooks/*'] : [...o.adapters.keys()].map((type) => `/webhooks/${type}/*`);
  // A plugin of its own, so that reading bodies raw doesn't leak to other routes.
  server.register(async (plugin) => {
    plugin.removeAllContentTypeParsers();
    plugin.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: maxBodyBytes }, (_request, body, done) =>
      done(null, body),
    );
    // Bodies are read raw whatever they claim to be, even what is no media type; fastify would answer 415.
    plugin.addHook('onRequest', async (request) => {
      request.headers['content-type'] = 'application/octet-stream';
    });
    plugin.setErrorHandler(async (error, request, reply) => {
      await noteUnread(o, request, error);
      return answerError(reply, error);
    });
    for (const url of paths)
      plugin.route({ method: ['GET', 'POST'], url, bodyLimit: maxBodyBytes, handler: handle });
  });
}

function createWebhookHandler(o: WebhookRoutesOptions) {
  const signals = createSignals(o.metrics, `${o.adapterService}.webhook`);

  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    signals.received();
    // Until its body had come.
    const waitedMs = reply.elapsedTime;
    signals.lag(waitedMs / 1_000);
    const span = beginRequestSpan(request);
    const traceparent = traceparentOf(span);
    let channel: ResolvedChannel | undefined;
    try {
      const { adapter, channelId } = target(o, request);
      channel = o.directory.peekChannel(channelId) ?? (await o.directory.channel(channelId));
      if (!channel || channel.type !== adapter.manifest.type) throw new AppError('CHANNEL_UNKNOWN');
      const inbound = toInbound(request, o.publicUrl);
      const receipt = await take(o, { adapter, channel, inbound, traceparent });
      signals.done();
      signals.duration((reply.elapsedTime - waitedMs) / 1_000);
      const answer: HeldAnswer = receipt.answer ? await heldAnswer(reply, receipt.answer) : receipt.response;
      const { status, headers = {}, body } = answer;
      span?.setAttributes({ ...channelAttributes(channel), 'http.response.status_code': status }).end();
      if (answer.ended) tellEnd(reply, answer.ended);
      return reply.code(status).headers(headers).send(body);
    } catch (error) {
      const refused = refusalOf(error);
      span?.setAttributes(channelAttributes(channel));
      failSpan(span, refused);
      signals.failed(refused.code === 'SIGNATURE_INVALID' ? 'verify' : 'receive');
      if (refused.code === 'INTERNAL')
        o.logger.error(
          { err: error, channel_id: channel?.id, ...traceFields(traceparent) },
          'webhook failed',
        );
      if (channel) noteRefusal(o.channelLog, channel, refused);
      return answerError(reply, refused);
    }
  };
}

const route = '/webhooks/{channel_type}/{channel_id}';

/** A trace that a front door began goes on; a provider's is none of ours, but nobody could tell them apart. */
function beginRequestSpan({ method, headers }: FastifyRequest): Span | undefined {
  if (!isTracing()) return undefined;
  const parent = typeof headers.traceparent === 'string' ? headers.traceparent : undefined;
  const span = beginSpan(`${method} ${route}`, SpanKind.SERVER, parent);
  return span?.setAttributes({ 'http.request.method': method, 'http.route': route });
}

function channelAttributes(channel: ResolvedChannel | undefined): Record<string, string> {
  if (!channel) return {};
  const { id, type, tenantId } = channel;
  return { 'omnigate.channel_id': id, 'omnigate.channel_type': type, 'omnigate.tenant_id': tenantId };
}

function target(
  o: WebhookRoutesOptions,
  request: FastifyRequest,
): { adapter: ChannelAdapter; channelId: string } {
  const path = (request.raw.url ?? '').split('?', 1)[0] ?? '';
  const [, , type = '', channelId = '', below, ...more] = path.split('/');
  const adapter = o.adapters.get(type);
  const methods: readonly string[] = adapter?.manifest.methods ?? ['POST'];
  const known = below === undefined || below === 'status';
  if (!adapter || !known || more.length > 0 || !uuid.test(channelId) || !methods.includes(request.method)) {
    throw new AppError('CHANNEL_UNKNOWN');
  }
  return { adapter, channelId: channelId.toLowerCase() };
}

function toInbound(request: FastifyRequest, publicUrl: string): InboundRequest {
  const path = request.raw.url ?? '';
  return {
    method: request.method,
    path,
    publicUrl: publicUrl + path,
    headers: request.headers,
    rawBody: Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0),
    receivedTime: new Date(),
  };
}

async function take(
  o: WebhookRoutesOptions,
  {
    adapter,
    channel,
    inbound,
    traceparent,
  }: {
    adapter: ChannelAdapter;
    channel: ResolvedChannel;
    inbound: InboundRequest;
    traceparent: string | undefined;
  },
): Promise<Receipt> {
  const receipt = await adapter.receive(inbound, channel);
  await Promise.all([
    receipt.accept?.(traceparent) ??
      o.ingest.accept(channel, receipt.messages, inbound.rawBody, inbound.receivedTime, traceparent),
    receipt.statuses.length > 0 ? o.deliveries.recordStatuses(channel, receipt.statuses) : undefined,
  ]);
  return receipt;
}

/** Waits for an answer for as long as the provider keeps the connection open. */
async function heldAnswer(
  { raw }: FastifyReply,
  answer: NonNullable<Receipt['answer']>,
): Promise<HeldAnswer> {
  const gone = new AbortController();
  const close = () => gone.abort();
  if (raw.destroyed) close();
  raw.once('close', close);
  try {
    return await answer(gone.signal);
  } finally {
    raw.off('close', close);
  }
}

/**
 * Tells what becomes of an answer that is about to be sent. Providers acknowledge none: what the operating system took is
 * written.
 */
function tellEnd({ raw }: FastifyReply, ended: NonNullable<HeldAnswer['ended']>): void {
  let told = false;
  const tell = (end: AnswerEnd) => () => {
    if (!told) ended(end);
    told = true;
  };
  if (raw.destroyed || !raw.socket?.writable) tell('lost')();
  raw.once('finish', tell('written')).once('close', tell('unknown'));
}

/** What a request is refused with: one of the codes that webhooks answer, INTERNAL for what should not happen. */
function refusalOf(error: unknown): AppError {
  if (isAppError(error)) return error;
  if (isTransient(error)) return new AppError('UNAVAILABLE', {}, { cause: error });
  return new AppError('INTERNAL', {}, { cause: error });
}

function answerError(reply: FastifyReply, error: unknown): FastifyReply {
  const { status, headers, body } = toHttpError(error);
  if (status === 413) return reply.code(413).header('connection', 'close').send(body);
  if (status === 403) return reply.code(403).send();
  if (status === 400) return reply.code(400).send(body);
  // All else is ours: the provider shall come again.
  return reply
    .code(503)
    .headers({ 'retry-after': '5', ...headers })
    .send(body);
}

/** A body that is too large is refused before any handler sees it; the operator must learn of it all the same. */
async function noteUnread(o: WebhookRoutesOptions, request: FastifyRequest, error: unknown): Promise<void> {
  const { code } = toHttpError(error).body;
  if (code !== 'PAYLOAD_TOO_LARGE') return;
  try {
    const { adapter, channelId } = target(o, request);
    const channel = o.directory.peekChannel(channelId) ?? (await o.directory.channel(channelId));
    if (channel?.type === adapter.manifest.type) noteRefusal(o.channelLog, channel, new AppError(code));
  } catch {
    // Of no channel that there is, or that can be looked up now.
  }
}

function noteRefusal(log: ChannelLog, channel: ResolvedChannel, refused: AppError): void {
  const detail: Partial<Record<string, string>> = {
    SIGNATURE_INVALID:
      'Refused. If the provider sent it: check that its webhook is status.webhook_url, that OMNIGATE_PUBLIC_URL is what it calls, and the secret in spec.config.',
    PAYLOAD_MALFORMED: 'Signed, but not what this channel type reads, or of another account.',
  };
  const stage = 'receive';
  log.record(channel, { stage, code: refused.code, detail: detail[refused.code] ?? rowText(refused) });
}

function rowText(refused: AppError): string {
  return errorRow(refused.code).message.replace(/\{[^}]*\}/g, '');
}

import { PassThrough, type Readable } from 'node:stream';
import { AppError, isAppError } from '@omnigate/errors';
import { type MediaStore, maxMediaBytes } from '@omnigate/media';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { cidSchema } from '../domain/client-frame';
import { isTakenFromVisitors } from '../domain/file-kinds';
import type { Inbound, Stored } from '../inbound';
import type { Visit, Visits } from '../visits';
import { bearerOf, fieldsOf } from './request-fields';

/** What uploads need. */
export interface UploadRouteDeps {
  visits: Visits;
  inbound: Inbound;
  media: MediaStore;
}

function cidOf(request: FastifyRequest): string {
  const parsed = cidSchema.safeParse(request.headers['idempotency-key']);
  if (!parsed.success) throw new AppError('PAYLOAD_MALFORMED', {}, { fields: fieldsOf(parsed.error) });
  return parsed.data;
}

/** Headers are ASCII, so the name is percent-encoded; it travels in no URL, which logs would keep. */
function fileNameOf(request: FastifyRequest): string {
  try {
    return decodeURIComponent(String(request.headers['x-file-name'] ?? ''));
  } catch {
    const description = 'must be percent-encoded UTF-8';
    throw new AppError('PAYLOAD_MALFORMED', {}, { fields: [{ field: 'x-file-name', description }] });
  }
}

/**
 * The body apart from its connection: a reader who has had enough ends this stream, and the rest of the body is let go by,
 * so that the answer arrives. A connection that breaks off ends it with an error.
 */
function bodyOf({ raw }: FastifyRequest): Readable {
  const body = new PassThrough();
  const breakOff = () => {
    if (!raw.complete) body.destroy(new AppError('CANCELLED'));
  };
  // Whoever reads is told; until then nobody listens.
  body.on('error', () => {});
  raw.pipe(body);
  raw.once('close', breakOff);
  body.once('close', () => raw.resume());
  // It may have broken off before.
  if (raw.destroyed) breakOff();
  return body;
}

async function keepFile(
  request: FastifyRequest,
  visit: Visit,
  { deps, cid }: { deps: UploadRouteDeps; cid: string },
): Promise<Stored> {
  const receivedTime = new Date();
  if (Number(request.headers['content-length'] ?? 0) > maxMediaBytes)
    throw new AppError('MEDIA_TOO_LARGE', { limit: `${maxMediaBytes} bytes` });
  const said = await deps.media.put(visit.tenantId, bodyOf(request), {
    fileName: fileNameOf(request),
    claimedType: request.headers['content-type'] ?? '',
    accepts: isTakenFromVisitors,
  });
  return deps.inbound.accept(request.webChannel, visit, { cid, said, receivedTime });
}

/**
 * Adds `POST /chat/{channel_id}/files`: the body is the file. A repeat is answered with the first one's place, before its
 * bytes are looked at.
 */
export function registerUploadRoute(server: FastifyInstance, deps: UploadRouteDeps): void {
  server.register(async (files: FastifyInstance) => {
    files.removeAllContentTypeParsers();
    files.addContentTypeParser('*', (_request, _body, done) => done(null));
    files.post('/chat/:channelId/files', { config: { slowBody: true } }, async (request) => {
      const visit = await deps.visits.verify(request.webChannel, bearerOf(request));
      const cid = cidOf(request);
      await deps.inbound.admit(visit);
      const before = await deps.inbound.findFile(visit, cid);
      if (before) return before;
      try {
        return await keepFile(request, visit, { deps, cid });
      } catch (error) {
        // The same file came twice at once, and the other was first.
        const first = isAppError(error, 'REQUEST_ID_REUSED') && (await deps.inbound.findFile(visit, cid));
        if (first) return first;
        throw error;
      }
    });
  });
}

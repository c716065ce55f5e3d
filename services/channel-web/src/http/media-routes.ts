import { AppError, toAppError, toHttpError } from '@omnigate/errors';
import { type MediaLinks, type MediaStore, servingHeaders } from '@omnigate/media';
import { type Authentication, type Identity, identifyCaller, type Role, tenantKey } from '@omnigate/rpc';
import type { Logger } from '@omnigate/runtime';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { keepUpload, takeUploads } from './upload';

/** What the routes below `/media` need. */
export interface MediaRouteDeps {
  media: MediaStore;
  mediaLinks: MediaLinks;
  /** Whose an API key is. */
  directory: Authentication;
  logger: Logger;
}

/** Whoever writes to customers or works for them. */
const allowed: readonly Role[] = [
  ...(['agent', 'worker', 'supervisor', 'admin', 'owner', 'operator', 'service'] as const),
];
/** For which a link in an answer works: as long as a page may lie open. */
const linkMs = 3_600_000;

/**
 * Adds `/media`: whoever has a signed link gets the file; an API key puts files in and gets links to them.
 * @param server its other routes are not touched
 */
export function registerMediaRoutes(server: FastifyInstance, deps: MediaRouteDeps): void {
  server.register(async (files: FastifyInstance) => {
    takeUploads(files);
    files.setErrorHandler((error, request, reply) => answerError(error, request, reply, deps.logger));
    files.get('/media/:tenantId/:mediaId', (request, reply) => serve(request, reply, deps));
    files.get('/media/:mediaId', async (request, reply) => {
      const { tenantId } = await identify(request, deps);
      const { mediaId } = request.params as { mediaId: string };
      const file = await deps.media.get(tenantId, mediaId);
      if (!file) throw new AppError('NOT_FOUND', { resource: 'file' });
      return reply.header('cache-control', 'no-store').send(shown(deps, tenantId, { ...file, mediaId }));
    });
    files.post('/media', async (request, reply) => {
      const { tenantId } = await identify(request, deps);
      const stored = await keepUpload(request, { tenantId, media: deps.media });
      return reply
        .status(201)
        .header('cache-control', 'no-store')
        .send(shown(deps, tenantId, stored));
    });
  });
}

async function serve(
  request: FastifyRequest,
  reply: FastifyReply,
  { media, mediaLinks }: MediaRouteDeps,
): Promise<FastifyReply> {
  const ref = mediaLinks.verify(request.raw.url ?? '');
  if (!ref) throw new AppError('SIGNATURE_INVALID');
  const file = await media.get(ref.tenantId, ref.mediaId);
  if (!file) throw new AppError('NOT_FOUND', { resource: 'file' });
  return reply.headers(servingHeaders(file)).send(file.open());
}

function identify({ headers }: FastifyRequest, deps: MediaRouteDeps): Promise<Identity> {
  const tenant = headers[tenantKey];
  const said = {
    authorization: headers.authorization,
    tenant: typeof tenant === 'string' ? tenant : undefined,
  };
  return identifyCaller(said, allowed, deps.directory);
}

/** A file as the answers show it. */
function shown(
  { mediaLinks }: MediaRouteDeps,
  tenantId: string,
  file: { mediaId: string; contentType: string; sizeBytes: number; fileName: string; thumbnailId: string },
) {
  const expiresAt = new Date(Date.now() + linkMs);
  const { mediaId, thumbnailId } = file;
  return {
    media_id: mediaId,
    content_type: file.contentType,
    size_bytes: file.sizeBytes,
    file_name: file.fileName,
    thumbnail_id: thumbnailId,
    url: mediaLinks.link(tenantId, mediaId, expiresAt),
    thumbnail_url: thumbnailId && mediaLinks.link(tenantId, thumbnailId, expiresAt),
  };
}

function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply, logger: Logger): void {
  const { status, headers, body } = toHttpError(error);
  if (status >= 500)
    logger.error({ err: toAppError(error), route: request.routeOptions.url }, 'media request failed');
  const { code, message, metadata, fields } = body;
  void reply
    .status(status)
    .headers({ 'x-content-type-options': 'nosniff', 'cache-control': 'no-store', ...headers })
    .send({ error: { code, message, metadata, fields } });
}

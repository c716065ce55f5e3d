import { AppError, isAppError } from '@omnigate/errors';
import type { MediaStore } from '@omnigate/media';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { cidSchema } from '../domain/client-frame';
import { isTakenFromVisitors } from '../domain/file-kinds';
import type { Inbound, Stored } from '../inbound';
import type { Visit, Visits } from '../visits';
import { bearerOf, fieldsOf } from './request-fields';
import { keepUpload, takeUploads } from './upload';

/** What uploads need. */
export interface UploadRouteDeps {
  visits: Visits;
  inbound: Inbound;
  media: MediaStore;
}

const cidHeader = 'idempotency-key';

function cidOf(request: FastifyRequest): string {
  const parsed = cidSchema.safeParse(request.headers[cidHeader]);
  const fields = parsed.success ? [] : fieldsOf(parsed.error).map((each) => ({ ...each, field: cidHeader }));
  if (!parsed.success) throw new AppError('PAYLOAD_MALFORMED', {}, { fields });
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

async function keepFile(
  request: FastifyRequest,
  visit: Visit,
  { deps, cid }: { deps: UploadRouteDeps; cid: string },
): Promise<Stored> {
  const receivedTime = new Date();
  const fileName = fileNameOf(request);
  const take = { accepts: isTakenFromVisitors, ...(fileName && { fileName }) };
  const said = await keepUpload(request, { tenantId: visit.tenantId, media: deps.media, take });
  return deps.inbound.accept(request.webChannel, visit, { cid, said, receivedTime });
}

/**
 * Adds `POST /chat/{channel_id}/files`: the body is the file, or a form with one. A repeat is answered with the first one's place, before its
 * bytes are looked at.
 */
export function registerUploadRoute(server: FastifyInstance, deps: UploadRouteDeps): void {
  server.register(async (files: FastifyInstance) => {
    takeUploads(files);
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

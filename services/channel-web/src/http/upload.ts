import type { IncomingMessage } from 'node:http';
import { PassThrough, type Readable } from 'node:stream';
import multipart from '@fastify/multipart';
import { AppError } from '@omnigate/errors';
import type { MediaStore, StoredMedia } from '@omnigate/media';
import type { FastifyInstance, FastifyRequest } from 'fastify';

const limits = {
  files: 1,
  fields: 10,
  fieldSize: 1_000,
  headerPairs: 50,
  // The store counts a file's bytes itself, and says so better.
  fileSize: Number.POSITIVE_INFINITY,
};

/**
 * Lets the routes of a plugin take a file: the first of a form (multipart/form-data), or the body as it is.
 * @param server a plugin of its own; its routes parse nothing else
 */
export function takeUploads(server: FastifyInstance): void {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
  server.register(multipart, { limits });
}

interface Upload {
  source: Readable;
  fileName: string;
  claimedType: string;
}

/**
 * Keeps the file of a request; nothing is left of one that breaks off.
 * @param request to a route of `takeUploads`; a body that is no form may have its name as `?name=`
 * @param o.maxBytes default: the store's
 * @throws AppError MEDIA_TOO_LARGE, MEDIA_TYPE_REFUSED, MEDIA_EMPTY, PAYLOAD_MALFORMED
 */
export async function keepUpload(
  request: FastifyRequest,
  o: { tenantId: string; media: MediaStore; maxBytes?: number },
): Promise<StoredMedia> {
  try {
    const { source, ...said } = await uploadOf(request);
    const limit = o.maxBytes === undefined ? {} : { maxBytes: o.maxBytes };
    return await o.media.put(o.tenantId, source, { ...said, ...limit }).catch((error: unknown) => {
      throw isBroken(source, error) ? malformed(error) : error;
    });
  } finally {
    // What is left of the body is read and forgotten, so that the answer arrives.
    request.raw.unpipe();
    request.raw.resume();
  }
}

async function uploadOf(request: FastifyRequest): Promise<Upload> {
  if (!request.isMultipart()) {
    const { name } = request.query as { name?: unknown };
    return {
      source: bodyOf(request.raw),
      fileName: typeof name === 'string' ? name : '',
      claimedType: claimOf(request.headers['content-type']),
    };
  }
  const part = await request.file().catch((error: unknown) => {
    throw malformed(error);
  });
  if (!part) throw new AppError('MEDIA_EMPTY');
  return { source: part.file, fileName: part.filename ?? '', claimedType: claimOf(part.mimetype) };
}

/**
 * A body that may be given up: the store destroys what it does not read to the end, and a request that is destroyed holds
 * its connection up.
 */
function bodyOf(request: IncomingMessage): Readable {
  const body = new PassThrough();
  request.once('error', (error) => body.destroy(error));
  request.once('close', () => {
    if (!request.complete) body.destroy(malformed(undefined));
  });
  return request.pipe(body);
}

/** What clients send that don't say; it claims nothing. */
const silent = /^application\/(?:octet-stream|x-www-form-urlencoded)\b/;

const claimOf = (type: string | undefined): string => (type && !silent.test(type) ? type : '');

/** The body ended before its end, or was no form: the sender's fault, not the store's. */
function isBroken(source: Readable, error: unknown): boolean {
  if (error === source.errored) return true;
  return (error as NodeJS.ErrnoException | undefined)?.code === 'ERR_STREAM_PREMATURE_CLOSE';
}

function malformed(cause: unknown): AppError {
  return new AppError('PAYLOAD_MALFORMED', {}, { cause });
}

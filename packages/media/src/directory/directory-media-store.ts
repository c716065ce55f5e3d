import { createReadStream } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { AppError } from '@omnigate/errors';
import { newId } from '@omnigate/runtime';
import { safeFileName } from '../file-name';
import { fileKind, headBytes, opaqueType } from '../kind/file-kind';
import { previewOf } from '../kind/thumbnail';
import { isMediaId } from '../media-id';
import {
  type MediaFile,
  type MediaStore,
  maxMediaBytes,
  type PutOptions,
  type StoredMedia,
} from '../media-store';
import { type IncomingFile, placeFiles, receiveFile, removeAbandoned } from './durable-files';

/** What is kept beside a file's bytes. A file is there once this is, since it is placed last. */
type Sidecar = Pick<StoredMedia, 'contentType' | 'sizeBytes' | 'fileName' | 'thumbnailId'>;

/**
 * Keeps files in a folder: `<tenant>/<last two digits of the id>/<id>` and beside it `<id>.json`. Processes on one machine
 * may share it.
 * @param o.folder made when the first file comes (`OMNIGATE_MEDIA_DIR`)
 */
export function createDirectoryMediaStore({ folder }: { folder: string }): MediaStore {
  const incomingFolder = join(folder, 'incoming');
  let swept: Promise<void> | undefined;

  const pathOf = (tenantId: string, mediaId: string) =>
    join(folder, tenantId.toLowerCase(), mediaId.slice(-2).toLowerCase(), mediaId.toLowerCase());

  /** A crash between the two renames leaves bytes that nobody can name. */
  async function keep(tenantId: string, bytes: IncomingFile, sidecar: Sidecar): Promise<string> {
    const mediaId = newId();
    const text = Buffer.from(JSON.stringify(sidecar));
    const beside = await receiveFile(incomingFolder, text, { maxBytes: text.length, headBytes: 0 });
    const path = pathOf(tenantId, mediaId);
    await placeFiles([
      { from: bytes.path, to: path },
      { from: beside.path, to: `${path}.json` },
    ]);
    return mediaId;
  }

  async function keepThumbnail(tenantId: string, picture: Buffer | undefined): Promise<string> {
    if (!picture) return '';
    const bytes = await receiveFile(incomingFolder, picture, { maxBytes: picture.length, headBytes: 0 });
    const { sizeBytes } = bytes;
    return keep(tenantId, bytes, { contentType: 'image/jpeg', sizeBytes, fileName: '', thumbnailId: '' });
  }

  async function take(tenantId: string, bytes: IncomingFile, options: PutOptions): Promise<StoredMedia> {
    if (bytes.sizeBytes === 0) throw new AppError('MEDIA_EMPTY');
    const fileName = safeFileName(options.fileName ?? '');
    const kind = await fileKind(bytes.head, { ...options, fileName });
    const preview = await previewOf(bytes.path, kind);
    const contentType = preview.bomb ? opaqueType : kind;
    if (options.accepts?.(contentType) === false) {
      throw new AppError('MEDIA_TYPE_REFUSED', { reason: contentType });
    }
    const thumbnailId = await keepThumbnail(tenantId, preview.thumbnail);
    const sidecar = { contentType, sizeBytes: bytes.sizeBytes, fileName, thumbnailId };
    return { mediaId: await keep(tenantId, bytes, sidecar), ...sidecar };
  }

  return {
    async put(tenantId, source, options = {}) {
      if (!isMediaId(tenantId)) {
        destroy(source);
        throw new AppError('INVALID_ARGUMENT', { reason: 'tenant id is no UUID' });
      }
      swept ??= removeAbandoned(incomingFolder);
      await swept;
      const maxBytes = options.maxBytes ?? maxMediaBytes;
      const bytes = await receiveFile(incomingFolder, source, { maxBytes, headBytes });
      try {
        return await take(tenantId, bytes, options);
      } catch (error) {
        await rm(bytes.path, { force: true });
        throw error;
      }
    },
    async get(tenantId, mediaId) {
      if (!isMediaId(tenantId) || !isMediaId(mediaId)) return undefined;
      const path = pathOf(tenantId, mediaId);
      const sidecar = await readSidecar(`${path}.json`);
      return sidecar && ({ ...sidecar, open: () => createReadStream(path) } satisfies MediaFile);
    },
  };
}

function destroy(source: Buffer | Readable): void {
  if (!Buffer.isBuffer(source)) source.destroy();
}

async function readSidecar(path: string): Promise<Sidecar | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Sidecar;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

import { randomBytes } from 'node:crypto';

/** A temporary file at WeChat. */
export interface SimulatedFile {
  contentType: string;
  fileName: string;
  bytes: Buffer;
  expiresMs: number;
}

/** Temporary files, kept for three days. */
export interface SimulatedMedia {
  /** A follower sends a file. @returns its media_id */
  add(file: { contentType: string; fileName?: string; bytes: Buffer }): string;
  /** Answers `POST /cgi-bin/media/upload`. @param type of the query */
  upload(type: string | null, contentType: string, body: Buffer): Record<string, unknown>;
  get(mediaId: string): SimulatedFile | undefined;
}

const keptMs = 3 * 86_400_000;
const limits: Partial<Record<string, { bytes: number; endings: RegExp }>> = {
  image: { bytes: 10_000_000, endings: /\.(bmp|png|jpe?g|gif)$/i },
  voice: { bytes: 2_000_000, endings: /\.(amr|mp3)$/i },
  video: { bytes: 10_000_000, endings: /\.mp4$/i },
  thumb: { bytes: 64_000, endings: /\.jpe?g$/i },
};

/** Makes an empty store. @param now WeChat's clock, Unix ms */
export function createSimulatedMedia(now: () => number): SimulatedMedia {
  const files = new Map<string, SimulatedFile>();

  function add(file: { contentType: string; fileName?: string; bytes: Buffer }): string {
    const mediaId = randomBytes(24).toString('base64url');
    files.set(mediaId, { fileName: 'file', ...file, expiresMs: now() + keptMs });
    return mediaId;
  }

  return {
    add,
    upload(type, contentType, body) {
      const limit = limits[type ?? ''];
      if (!type || !limit) return { errcode: 40004, errmsg: 'invalid media type' };
      const file = partOf(contentType, body);
      if (!file) return { errcode: 41005, errmsg: 'media data missing' };
      if (!limit.endings.test(file.fileName)) return { errcode: 40005, errmsg: 'invalid file type' };
      if (file.bytes.length > limit.bytes) return { errcode: 45001, errmsg: 'media size out of limit' };
      return { type, media_id: add(file), created_at: Math.floor(now() / 1_000) };
    },
    get(mediaId) {
      const file = files.get(mediaId);
      return file && file.expiresMs > now() ? file : undefined;
    },
  };
}

/** The part `media` of a form. */
function partOf(
  contentType: string,
  body: Buffer,
): { fileName: string; contentType: string; bytes: Buffer } | undefined {
  const boundary = /boundary="?([^";]+)/.exec(contentType)?.[1];
  const headEnd = body.indexOf('\r\n\r\n');
  const end = body.lastIndexOf(`\r\n--${boundary}--`);
  if (boundary === undefined || headEnd < 0 || end < headEnd) return undefined;
  const head = body.toString('utf8', 0, headEnd);
  const fileName = /name="media"; filename="([^"]+)"/.exec(head)?.[1];
  if (!head.startsWith(`--${boundary}\r\n`) || fileName === undefined) return undefined;
  const type = /content-type: *([^\r\n]+)/i.exec(head)?.[1] ?? 'application/octet-stream';
  return { fileName, contentType: type, bytes: body.subarray(headEnd + 4, end) };
}

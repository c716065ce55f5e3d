import type sharp from 'sharp';

/** What came of looking at a picture. */
export interface Preview {
  /** A small JPEG; undefined where the picture can't be read. */
  thumbnail?: Buffer;
  /** Unpacked it would take more memory than a page should spend: for download alone. */
  bomb: boolean;
}

/** More than any telephone's camera makes within the store's limit of bytes. */
export const maxPixels = 64_000_000;
const edgePixels = 320;
const maxSeconds = 10;

// Formats that sharp's own binaries read; no SVG, no PDF.
const readable = new Set([
  'image/jpeg',
  'image/png',
  'image/apng',
  'image/gif',
  'image/webp',
  'image/avif',
  'image/tiff',
]);

let loading: Promise<typeof sharp> | undefined;
let last: Promise<unknown> = Promise.resolve();

/**
 * Makes a small picture of a picture. One at a time in a process: libuv's four threads also write files and resolve names,
 * and a large picture takes up to 256 MB while it is unpacked.
 * @param path of the picture
 * @param contentType by its content
 */
export function previewOf(path: string, contentType: string): Promise<Preview> {
  if (!readable.has(contentType)) return Promise.resolve({ bomb: false });
  const mine = last.then(() => lookAt(path));
  last = mine.catch(() => undefined);
  return mine;
}

/** With the first picture: most processes see none, and libvips is a fifth of what a service loads. */
async function load(): Promise<typeof sharp> {
  const { default: loaded } = await import('sharp');
  // Each picture is seen once: libvips' cache would only hold memory.
  loaded.cache(false);
  loaded.concurrency(1);
  return loaded;
}

async function lookAt(path: string): Promise<Preview> {
  loading ??= load();
  const open = await loading;
  try {
    // The header alone is read, so that a bomb costs nothing.
    const { width, height } = await open(path, { limitInputPixels: false }).metadata();
    if (width * height > maxPixels) return { bomb: true };
    return { bomb: false, thumbnail: await shrink(open, path) };
  } catch {
    // Broken, or of a kind that this build doesn't read: kept as it is.
    return { bomb: false };
  }
}

function shrink(open: typeof sharp, path: string): Promise<Buffer> {
  return open(path, { limitInputPixels: maxPixels, failOn: 'error', sequentialRead: true })
    .timeout({ seconds: maxSeconds })
    .autoOrient()
    .resize({ width: edgePixels, height: edgePixels, fit: 'inside', withoutEnlargement: true })
    .flatten({ background: '#ffffff' })
    .jpeg({ quality: 75 })
    .toBuffer();
}

import type { MediaFile } from './media-store';

// What a browser shows and never runs. All else is saved.
const shown =
  /^(?:image\/(?:jpeg|png|apng|gif|webp|avif|bmp)|audio\/[\w.+-]+|video\/(?:mp4|webm|ogg|quicktime|3gpp|3gpp2))$/;

/**
 * The headers with which a file is served, so that nothing in it runs on our origin, whatever it is.
 * @param file of the store
 */
export function servingHeaders(
  file: Pick<MediaFile, 'contentType' | 'sizeBytes' | 'fileName'>,
): Record<string, string> {
  const disposition = shown.test(file.contentType) ? 'inline' : 'attachment';
  return {
    'content-type': file.contentType,
    'content-length': String(file.sizeBytes),
    'content-disposition': `${disposition}${fileNameParameters(file.fileName)}`,
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; sandbox",
    'cross-origin-resource-policy': 'cross-origin',
    'referrer-policy': 'no-referrer',
    'cache-control': 'private, max-age=3600, immutable',
  };
}

/** RFC 6266: a name in ASCII for old readers, and the name as it is (RFC 8187). */
function fileNameParameters(name: string): string {
  if (name === '') return '';
  const ascii = name.replace(/[^\x20-\x7e]|["\\%]/g, '_');
  const encoded = encodeURIComponent(name).replace(
    /['()*]/g,
    (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `; filename="${ascii}"; filename*=UTF-8''${encoded}`;
}

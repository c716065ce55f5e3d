/** Parts of a mail as text; joined by CRLF. */
export const lines = (...parts: readonly string[]): string => parts.join('\r\n');

/**
 * A mail, byte by byte as a test wants it.
 *
 * @param headers lines above the body, after From and Message-ID.
 * @param body below them; a Buffer is left as it is.
 * @param o.from who writes.
 * @param o.id of its Message-ID.
 */
export function rawMail(
  headers: readonly string[],
  body: string | Buffer,
  { from = 'Li Wei <li@customer.example>', id = 'one@customer.example' } = {},
): Buffer {
  const head = lines(`From: ${from}`, `Message-ID: <${id}>`, 'MIME-Version: 1.0', ...headers, '', '');
  return Buffer.concat([Buffer.from(head, 'latin1'), Buffer.from(body)]);
}

/**
 * A multipart of a depth.
 *
 * @param depth multiparts inside each other.
 * @param inner what is inside of all.
 */
export function nested(depth: number, inner: string): { header: string; body: string } {
  if (depth === 0) return { header: 'Content-Type: text/plain', body: inner };
  const below = nested(depth - 1, inner);
  const boundary = `b${depth}`;
  return {
    header: `Content-Type: multipart/mixed; boundary=${boundary}`,
    body: lines(`--${boundary}`, below.header, '', below.body, `--${boundary}--`, ''),
  };
}

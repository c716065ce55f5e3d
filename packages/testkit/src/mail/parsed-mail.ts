import PostalMime from 'postal-mime';

/** A mail, read by another program than the one under test. */
export interface ParsedMail {
  raw: Buffer;
  /** A header as it stands there, unfolded; empty where there is none. */
  header(name: string): string;
  subject: string;
  text: string;
  html: string;
  files: { fileName: string; contentType: string; bytes: Buffer }[];
}

/**
 * Reads a mail.
 *
 * @param raw all of it.
 */
export async function parseMail(raw: Buffer): Promise<ParsedMail> {
  const mail = await PostalMime.parse(raw);
  return {
    raw,
    header: (name) => mail.headers.find(({ key }) => key === name.toLowerCase())?.value ?? '',
    subject: mail.subject ?? '',
    text: (mail.text ?? '').trim(),
    html: mail.html ?? '',
    files: mail.attachments.map(({ filename, mimeType, content }) => ({
      fileName: filename ?? '',
      contentType: mimeType,
      bytes: typeof content === 'string' ? Buffer.from(content) : Buffer.from(new Uint8Array(content)),
    })),
  };
}

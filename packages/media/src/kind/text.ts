// Controls that texts have: tab, line feed, form feed, carriage return, escape (ISO-2022-JP).
const binaryControls = /[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]/;

/**
 * Says whether bytes are a text: UTF-8, or of another charset where the sender claims a text.
 * @param head a file's first bytes; a character may be cut at their end
 * @param claimed media type as the sender claims it
 */
export function isText(head: Buffer, claimed: string): boolean {
  if (binaryControls.test(head.toString('latin1'))) return false;
  if (/^text\/|^application\/json$/.test(claimed)) return true;
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: true });
    return true;
  } catch {
    return false;
  }
}

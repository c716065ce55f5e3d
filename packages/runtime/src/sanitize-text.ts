/**
 * Makes a text that PostgreSQL and protobuf can hold: NUL is removed, a lone surrogate becomes U+FFFD.
 * @param text anything that came from outside
 */
export function sanitizeText(text: string): string {
  return text.replaceAll('\0', '').toWellFormed();
}

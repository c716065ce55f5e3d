import { Parser } from 'htmlparser2';

const neverShown = new Set([
  'script',
  'style',
  'head',
  'title',
  'noscript',
  'template',
  'svg',
  'object',
  'select',
]);
const blocks = new Set(
  'address article aside blockquote center dd div dl dt fieldset figure footer form h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section table tr ul'.split(
    ' ',
  ),
);
const voids = new Set([
  'area',
  'base',
  'br',
  'col',
  'embed',
  'hr',
  'img',
  'input',
  'link',
  'meta',
  'source',
  'wbr',
]);
/** What mail programs put around what they quote, and around signatures of their own. */
const quoteClasses =
  /(?:^|\s)(?:gmail_quote|gmail_quote_container|gmail_attr|gmail_extra|gmail_signature|moz-cite-prefix|moz-signature|yahoo_quoted|protonmail_quote|tutanota_quote|zmail_extra)(?:\s|$)/;
const quoteIds =
  /^(?:divRplyFwdMsg|isReplyContent|ntes-pcmac-signature|mail-editor-reference-message-container)$/;
/** From here on Outlook quotes, without anything around it. */
const endIds = /^(?:appendonsend|divRplyFwdMsg|stopSpelling|OLK_SRC_BODY_SECTION)$/;
const outlookRule = /border-top:\s*(?:solid\s+)?#(?:e1e1e1|b5c4df)/i;
const hidden = /display:\s*none|mso-hide:\s*all/i;

type Attributes = Record<string, string>;

const isQuote = (name: string, attributes: Attributes): boolean =>
  (name === 'blockquote' && attributes.type?.toLowerCase() === 'cite') ||
  quoteClasses.test(attributes.class ?? '') ||
  quoteIds.test(attributes.id ?? '');

/**
 * What a page of HTML says in words, for mails without a text of their own. One pass without recursion: its time and
 * memory grow with the page's length alone.
 *
 * @param html anything.
 * @param o.quotes whether what mail programs mark as quoted is in it.
 */
export function htmlText(html: string, o: { quotes: boolean }): string {
  const parts: string[] = [];
  let skipped = 0;
  let ended = false;
  let preformatted = 0;

  const breakLine = (): void => {
    if (skipped === 0 && !ended) parts.push('\n');
  };
  const leaves = (name: string, attributes: Attributes): boolean =>
    neverShown.has(name) || hidden.test(attributes.style ?? '') || (!o.quotes && isQuote(name, attributes));
  const ends = (attributes: Attributes): boolean =>
    !o.quotes && (endIds.test(attributes.id ?? '') || outlookRule.test(attributes.style ?? ''));

  const parser = new Parser({
    onopentag(name, attributes) {
      ended ||= ends(attributes);
      if (skipped > 0 || leaves(name, attributes)) {
        if (!voids.has(name)) skipped += 1;
        return;
      }
      if (name === 'pre') preformatted += 1;
      if (name === 'br' || blocks.has(name)) breakLine();
      else if (name === 'td' || name === 'th') parts.push(' ');
    },
    ontext(text) {
      if (skipped === 0 && !ended) parts.push(preformatted > 0 ? text : text.replace(/\s+/g, ' '));
    },
    onclosetag(name) {
      if (skipped > 0) {
        if (!voids.has(name)) skipped -= 1;
        return;
      }
      if (name === 'pre') preformatted -= 1;
      if (blocks.has(name)) breakLine();
    },
  });
  parser.write(html);
  parser.end();
  return tidy(parts.join(''));
}

const tidy = (text: string): string =>
  text
    .replaceAll('\u00a0', ' ')
    .split('\n')
    .map((line) => line.replace(/ {2,}/g, ' ').trim())
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();

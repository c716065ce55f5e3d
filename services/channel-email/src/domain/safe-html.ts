import sanitizeHtml from 'sanitize-html';
import { clipNote } from './clip';

/** What is looked at; the rest of a larger page is cut off. */
const maxReadCharacters = 1_000_000;
/** What is kept, in bytes: it travels in a record that may have 900 KB, with everything else of the mail. */
const maxKeptBytes = 200_000;

const text = [
  'p',
  'br',
  'hr',
  'div',
  'span',
  'blockquote',
  'pre',
  'code',
  'h1',
  'h2',
  'h3',
  'h4',
  'h5',
  'h6',
];
const marks = ['a', 'b', 'strong', 'i', 'em', 'u', 's', 'del', 'ins', 'sub', 'sup', 'small', 'font'];
const structure = ['ul', 'ol', 'li', 'table', 'thead', 'tbody', 'tfoot', 'tr', 'td', 'th', 'caption', 'img'];

const rules: sanitizeHtml.IOptions = {
  allowedTags: [...text, ...marks, ...structure],
  allowedAttributes: {
    a: ['href', 'rel', 'target', 'title'],
    // A picture from elsewhere would tell its sender who reads the mail, and when.
    img: ['src', 'alt', 'width', 'height'],
    td: ['colspan', 'rowspan'],
    th: ['colspan', 'rowspan'],
    ol: ['start'],
  },
  allowedSchemes: ['http', 'https', 'mailto', 'tel'],
  allowedSchemesByTag: { img: ['cid'] },
  allowProtocolRelative: false,
  // Deeper ones can crash what shows them.
  nestingLimit: 100,
  transformTags: {
    a: sanitizeHtml.simpleTransform('a', { rel: 'noopener noreferrer nofollow', target: '_blank' }),
  },
};

/**
 * HTML of a mail that is safe to show: no scripts, styles, forms or pictures from elsewhere; pictures of the mail itself
 * are named by `cid:`. What is too long is cut, and says so.
 *
 * @param html anything.
 */
export function safeHtml(html: string): string {
  const safe = sanitizeHtml(html.slice(0, maxReadCharacters), rules).trim();
  if (Buffer.byteLength(safe) <= maxKeptBytes && html.length <= maxReadCharacters) return safe;
  const kept = new TextDecoder().decode(Buffer.from(safe).subarray(0, maxKeptBytes));
  // Once more: what was cut open is closed, and half a tag goes.
  return `${sanitizeHtml(kept.slice(0, Math.max(kept.lastIndexOf('>') + 1, kept.lastIndexOf(' '))), rules)}<p>${clipNote}</p>`;
}

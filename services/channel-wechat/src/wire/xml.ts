/** An element of a push. */
export interface XmlElement {
  name: string;
  /** Its own text; untrimmed. */
  text: string;
  children: XmlElement[];
}

// A push has a few dozen elements, and at most five levels (`SendPicsInfo`).
const maxDepth = 8;
const maxElements = 2_000;
const name = /[A-Za-z_][\w.-]*/y;
const blank = /^\s*$/;
const declaration = /^\uFEFF?\s*(?:<\?xml\s[^<>]*\?>\s*)?/;
const reference = /&(?:(amp|lt|gt|quot|apos)|#(\d{1,7})|#x([\da-fA-F]{1,6}));/g;
const predefined = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" } as const;

/**
 * Reads the XML that WeChat sends: elements without attributes, text and CDATA. All else that XML has is refused, first of
 * all DOCTYPE and with it entities, so that nothing can be fetched or blown up; so are unclosed and unknown things. One
 * pass, no recursion into what is quoted. See docs/adr/0009-wechat-xml.md.
 * @returns the root element, or undefined for what is no such document
 */
export function parseXml(source: string): XmlElement | undefined {
  const reader = { source, at: declaration.exec(source)?.[0].length ?? 0, elements: 0 };
  const root = readElement(reader, 1);
  return root && blank.test(source.slice(reader.at)) ? root : undefined;
}

interface Reader {
  source: string;
  at: number;
  elements: number;
}

function readElement(reader: Reader, depth: number): XmlElement | undefined {
  const opened = readTag(reader, '<');
  reader.elements += 1;
  if (opened === undefined || depth > maxDepth || reader.elements > maxElements) return undefined;
  const element: XmlElement = { name: opened, text: '', children: [] };
  if (skip(reader, '/>')) return element;
  if (!skip(reader, '>')) return undefined;
  return readContent(reader, element, depth) ? element : undefined;
}

/** Reads until the element's own end tag. */
function readContent(reader: Reader, element: XmlElement, depth: number): boolean {
  let quoted = false;
  let plain = '';
  while (true) {
    const next = reader.source.indexOf('<', reader.at);
    if (next < 0) return false;
    const text = decoded(reader.source.slice(reader.at, next));
    if (text === undefined) return false;
    reader.at = next;
    if (blank.test(text)) plain += quoted ? '' : text;
    else element.text += text;
    if (skip(reader, '<![CDATA[')) {
      const end = reader.source.indexOf(']]>', reader.at);
      if (end < 0) return false;
      element.text += reader.source.slice(reader.at, end);
      reader.at = end + 3;
      quoted = true;
    } else if (reader.source.startsWith('</', next)) {
      // Blanks alone are a text only where nothing else is.
      if (element.text === '' && !quoted && element.children.length === 0) element.text = plain;
      return readTag(reader, '</') === element.name && skip(reader, '>');
    } else {
      const child = readElement(reader, depth + 1);
      if (!child || element.text !== '') return false;
      element.children.push(child);
    }
  }
}

function readTag(reader: Reader, opening: string): string | undefined {
  if (!skip(reader, opening)) return undefined;
  name.lastIndex = reader.at;
  const found = name.exec(reader.source)?.[0];
  reader.at += found?.length ?? 0;
  return found;
}

function skip(reader: Reader, text: string): boolean {
  if (!reader.source.startsWith(text, reader.at)) return false;
  reader.at += text.length;
  return true;
}

/** Resolves the references that need no declaration; undefined where there is another. */
function decoded(text: string): string | undefined {
  if (!text.includes('&')) return text;
  let unknown = text.replace(reference, '').includes('&');
  const result = text.replace(
    reference,
    (_all, word?: keyof typeof predefined, decimal?: string, hex?: string) => {
      if (word) return predefined[word];
      const code = decimal ? Number(decimal) : Number.parseInt(hex ?? '', 16);
      if (code > 0x10ffff) unknown = true;
      return code > 0x10ffff ? '' : String.fromCodePoint(code);
    },
  );
  return unknown ? undefined : result;
}

/** Quotes a text, whatever it holds. */
export function cdata(text: string): string {
  return `<![CDATA[${text.replaceAll(']]>', ']]]]><![CDATA[>')}]]>`;
}

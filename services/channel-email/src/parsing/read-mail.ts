import { createHash } from 'node:crypto';
import PostalMime, { type Address, type Attachment, type Email } from 'postal-mime';
import { normalAddress } from '../domain/addresses';
import { automaticKind } from '../domain/automatic';
import { clipText } from '../domain/clip';
import { type DeliveryReport, deliveryReport } from '../domain/delivery-report';
import { htmlText } from '../domain/html-text';
import { type Mail, type MailEnvelope, type MailFile, UnreadableMail } from '../domain/mail';
import { messageIdsIn } from '../domain/message-ids';
import { newText } from '../domain/new-text';
import { safeHtml } from '../domain/safe-html';
import { subjectLine } from '../domain/subject';

// Far above what mail programs write; a mail that is beyond them was made to do harm.
const maxDepth = 50;
const maxHeaderBytes = 256 * 1024;
const maxFiles = 100;
/** Each part begins with such a line; more parts than this cost memory and say nothing. */
const maxBoundaryLines = 50_000;
const maxTextCharacters = 20_000;
/** Of what was typed and quoted; beyond it nobody reads. */
const maxReadText = 500_000;
const maxNameCharacters = 200;

const boundaryLine = Buffer.from('\n--');

/**
 * Reads a mail: its headers, what was written anew, its HTML made safe, its files.
 *
 * @param raw all of it.
 * @param envelope what came before it.
 * @throws UnreadableMail
 */
export async function readMail(raw: Uint8Array, envelope: MailEnvelope): Promise<Mail> {
  requireFewParts(raw);
  const email = await parse(raw);
  const from = senderOf(email, envelope);
  if (from === undefined) throw new UnreadableMail('NO_SENDER');
  const header = (name: string): string => email.headers.find(({ key }) => key === name)?.value ?? '';
  const messageId = messageIdsIn(header('message-id'))[0] ?? madeMessageId(raw);
  const subject = subjectLine(email.subject ?? '');
  const references = referencesOf(header);
  const report = reportOf(email, references);
  const attached = report ? [] : email.attachments;
  if (attached.length > maxFiles) throw new UnreadableMail('TOO_MANY_PARTS');
  const origin = { header, from, envelopeFrom: envelope.from, subject, isReport: report !== undefined };
  return {
    messageId,
    from,
    name: nameOf(email.from),
    subject,
    sentMs: timeOf(email.date),
    references,
    text: clipText(writtenText(email), maxTextCharacters),
    html: email.html === undefined ? '' : safeHtml(email.html),
    automatic: automaticKind(origin),
    report,
    files: attached.map(fileOf),
  };
}

function requireFewParts(raw: Uint8Array): void {
  const buffer = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength);
  let count = 0;
  for (let at = buffer.indexOf(boundaryLine); at >= 0; at = buffer.indexOf(boundaryLine, at + 1)) {
    count += 1;
    if (count > maxBoundaryLines) throw new UnreadableMail('TOO_MANY_PARTS');
  }
}

async function parse(raw: Uint8Array): Promise<Email> {
  try {
    return await PostalMime.parse(raw, {
      maxNestingDepth: maxDepth,
      maxHeadersSize: maxHeaderBytes,
      forceRfc822Attachments: true,
    });
  } catch (error) {
    const tooDeep = error instanceof Error && /nesting depth/i.test(error.message);
    throw new UnreadableMail(tooDeep ? 'TOO_DEEP' : 'MALFORMED');
  }
}

/** What names something; nobody's is longer, and all of them travel in one record. */
const short = (text: string): string => subjectLine(text).slice(0, maxNameCharacters).toWellFormed();

/** The first mailbox; members of a group count. */
const mailboxOf = (address: Address | undefined) => (address?.group ? address.group[0] : address);

function senderOf(email: Email, envelope: MailEnvelope): string | undefined {
  const written = mailboxOf(email.from)?.address ?? mailboxOf(email.sender)?.address ?? '';
  return normalAddress(written.trim()) ?? normalAddress(envelope.from);
}

const nameOf = (from: Address | undefined): string => short(mailboxOf(from)?.name ?? '');

/** A mail without an id of its own is known again by its bytes. */
const madeMessageId = (raw: Uint8Array): string =>
  `<${createHash('sha256').update(bodyAndOwnHeaders(raw)).digest('hex')}@made.invalid>`;

/** Servers on the way put their own lines on top of a mail: what its author wrote begins below them. */
function bodyAndOwnHeaders(raw: Uint8Array): Uint8Array {
  const buffer = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength);
  const from = /(?:^|\n)(?:from|date|subject|to)\s*:/i.exec(buffer.toString('latin1', 0, maxHeaderBytes));
  return from ? buffer.subarray(from.index) : buffer;
}

/** In-Reply-To, then References from the newest. */
function referencesOf(header: (name: string) => string): string[] {
  const ids = [...messageIdsIn(header('in-reply-to')), ...messageIdsIn(header('references')).reverse()];
  return [...new Set(ids)];
}

function timeOf(date: string | undefined): number | undefined {
  const ms = Date.parse(date ?? '');
  return Number.isNaN(ms) ? undefined : ms;
}

function writtenText({ text, html }: Email): string {
  if (text !== undefined && text.trim() !== '') return newText(text.slice(0, maxReadText));
  if (html === undefined) return '';
  const page = html.slice(0, maxReadText);
  const written = newText(htmlText(page, { quotes: false }));
  return written === '' ? newText(htmlText(page, { quotes: true })) : written;
}

const bytesOf = ({ content }: Attachment): Uint8Array =>
  typeof content === 'string' ? Buffer.from(content) : new Uint8Array(content as ArrayBuffer);

function fileOf(attachment: Attachment): MailFile {
  return {
    fileName: subjectLine(attachment.filename ?? ''),
    contentType: short(attachment.mimeType),
    contentId: short((attachment.contentId ?? '').replace(/^<|>$/g, '')),
    bytes: bytesOf(attachment),
  };
}

function reportOf(email: Email, references: readonly string[]): DeliveryReport | undefined {
  const textOf = (...types: string[]): string | undefined => {
    const part = email.attachments.find(({ mimeType }) => types.includes(mimeType));
    return part && Buffer.from(bytesOf(part)).toString('utf8', 0, maxHeaderBytes);
  };
  const status = textOf('message/delivery-status', 'message/global-delivery-status');
  if (status === undefined) return undefined;
  const original =
    textOf('message/rfc822', 'text/rfc822-headers', 'message/rfc822-headers', 'message/global') ?? '';
  return deliveryReport({ status, original }, references);
}

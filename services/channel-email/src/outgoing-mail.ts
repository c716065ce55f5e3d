import type { SendRequest } from '@omnigate/channel-kit';
import { PartyRole } from '@omnigate/contracts';
import MailComposer from 'nodemailer/lib/mail-composer';
import { ownMark } from './domain/automatic';
import { subjectLine } from './domain/subject';
import type { ThreadState } from './store/leaving';

/** A file that goes out with a mail. */
export interface AttachedFile {
  fileName: string;
  contentType: string;
  bytes: Buffer;
}

/** All that a mail is made of. */
export interface MailParts {
  request: Pick<SendRequest, 'messageId' | 'sender'>;
  from: string;
  to: string;
  subject: string;
  text: string;
  /** With brackets. */
  mailId: string;
  thread: Pick<ThreadState, 'inReplyTo' | 'references'>;
  files: readonly AttachedFile[];
}

/** RFC 3834: so that machines leave it unanswered. */
const byMachine = (submitted: string): Record<string, string> => ({
  'Auto-Submitted': submitted,
  'X-Auto-Response-Suppress': 'All',
});

const marks: Partial<Record<PartyRole, Record<string, string>>> = {
  [PartyRole.PARTY_ROLE_BOT]: byMachine('auto-replied'),
  [PartyRole.PARTY_ROLE_SYSTEM]: byMachine('auto-generated'),
};

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escaped = (text: string): string =>
  text.replace(/[&<>"]/g, (character) => entities[character] as string);

/** A text as a page: paragraphs where it has blank lines, and its line breaks. */
export const textAsHtml = (text: string): string =>
  text
    .split(/\n{2,}/)
    .map((paragraph) => `<p>${escaped(paragraph).replaceAll('\n', '<br>')}</p>`)
    .join('\n');

/**
 * Writes a mail: as text and as a page, below what it answers, marked where no person wrote it.
 *
 * @param parts what it is made of; addresses are in their normal form.
 * @returns headers and body.
 */
export function composeMail(parts: MailParts): Promise<Buffer> {
  const { request, from, to, text, thread, files } = parts;
  const name = subjectLine(request.sender.name);
  const composer = new MailComposer({
    from: name === '' ? from : { name, address: from },
    to,
    subject: subjectLine(parts.subject),
    messageId: parts.mailId,
    ...(thread.inReplyTo ? { inReplyTo: thread.inReplyTo } : {}),
    references: thread.references,
    text,
    html: textAsHtml(text),
    headers: { [ownMark]: request.messageId, ...marks[request.sender.role] },
    attachments: files.map(({ fileName, contentType, bytes }) => ({
      filename: subjectLine(fileName) || 'file',
      contentType,
      content: bytes,
    })),
    // What is named is never read from this machine or fetched.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return composer.compile().build();
}

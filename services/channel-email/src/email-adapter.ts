import { buffer } from 'node:stream/consumers';
import { type ChannelAdapter, plainText, type SendRequest, type SendResult } from '@omnigate/channel-kit';
import type { Content, Media } from '@omnigate/contracts';
import type { Database } from '@omnigate/database';
import { AppError, isAppError } from '@omnigate/errors';
import { domainOf, normalAddress } from './domain/addresses';
import { outgoingMessageId } from './domain/message-ids';
import { replySubject, subjectKey, subjectLine } from './domain/subject';
import { type EmailConfig, emailConfigOf, emailManifest } from './manifest';
import { type AttachedFile, composeMail } from './outgoing-mail';
import type { SmtpConnections } from './smtp/connections';
import { insertLeaving, type ThreadState } from './store/leaving';

/** What the adapter stands on. */
export interface EmailAdapterDeps {
  database: Database;
  connections: Pick<SmtpConnections, 'deliver'>;
}

/** Of all files of a mail: what most servers take. */
const maxFileBytes = 20 * 1_048_576;
const maxFirstSubject = 80;

/** The channel `email` towards channel-kit. */
export function createEmailAdapter(deps: EmailAdapterDeps): ChannelAdapter {
  return {
    manifest: emailManifest,
    receive() {
      // Mail comes by SMTP; nobody may call this channel's webhook.
      throw new AppError('SIGNATURE_INVALID');
    },
    async send(request) {
      const config = emailConfigOf(request.channel);
      if (!config) return { kind: 'permanent', code: 'CHANNEL_CONFIG' };
      // Only what is one address and nothing else may reach an envelope.
      const to = normalAddress(request.address);
      if (to === undefined) return { kind: 'permanent', code: 'MESSAGE_INVALID' };
      const said = saidIn(request.content);
      if (!said) return { kind: 'permanent', code: 'UNSUPPORTED_KIND' };
      try {
        const files = await readFiles(request, [...said.files, ...request.attachments]);
        return await sendMail(deps, { request, config, to, text: said.text, files });
      } catch (error) {
        // Nothing was written yet: the database or the store of files is away, or lacks a file.
        if (isAppError(error, 'MESSAGE_INVALID')) return { kind: 'permanent', code: error.code };
        return { kind: 'retry', code: error instanceof AppError ? error.code : 'INTERNAL' };
      }
    },
  };
}

/** What a content says in a mail; undefined for what no mail can carry. */
function saidIn(content: Content): { text: string; files: Media[] } | undefined {
  const kind = content.kind;
  switch (kind?.$case) {
    case 'image':
    case 'audio':
    case 'video':
    case 'file':
      return { text: kind.value.caption, files: [kind.value] };
    default: {
      const text = plainText(content);
      return text === undefined ? undefined : { text, files: [] };
    }
  }
}

/** @throws AppError MESSAGE_INVALID for a file that is not there or too large; what the store throws */
async function readFiles(
  { channel, media: store }: Pick<SendRequest, 'channel' | 'media'>,
  wanted: readonly Media[],
): Promise<AttachedFile[]> {
  const files: AttachedFile[] = [];
  let size = 0;
  for (const { mediaId, fileName } of wanted) {
    const found = mediaId === '' ? undefined : await store.get(channel.tenantId, mediaId);
    size += found?.sizeBytes ?? 0;
    if (!found || size > maxFileBytes) throw new AppError('MESSAGE_INVALID');
    const { contentType } = found;
    files.push({ fileName: fileName || found.fileName, contentType, bytes: await buffer(found.open()) });
  }
  return files;
}

interface Outgoing {
  request: SendRequest;
  config: EmailConfig;
  to: string;
  text: string;
  files: AttachedFile[];
}

async function sendMail(
  deps: EmailAdapterDeps,
  { request, config, to, text, files }: Outgoing,
): Promise<SendResult> {
  const { channel, threadKey, messageId } = request;
  const mailId = outgoingMessageId(messageId, config.address);
  const opening = subjectLine(request.letter?.subject || text.split('\n', 1)[0] || channel.name).slice(
    0,
    maxFirstSubject,
  );
  const leaving = {
    tenantId: channel.tenantId,
    channelId: channel.id,
    address: to,
    threadKey,
    messageId: mailId,
    subject: opening,
    subjectKey: subjectKey(opening),
  };
  const thread = await deps.database.transaction({ tenants: [channel.tenantId] }, (tx) =>
    insertLeaving(tx, leaving),
  );
  const subject = subjectOf(request, thread);
  const bytes = await composeMail({
    request,
    from: config.address,
    to,
    subject,
    text,
    mailId,
    thread,
    files,
  });
  const route = {
    ...config.smtp,
    name: domainOf(config.address),
    privateAllowed: channel.privateApiAllowed,
  };
  const result = await deps.connections.deliver(route, { from: config.address, to, bytes }, request.signal);
  return result.kind === 'sent' ? { ...result, providerMessageId: mailId } : result;
}

/** An answer names what it answers, whoever began. */
function subjectOf({ letter }: Pick<SendRequest, 'letter'>, thread: ThreadState): string {
  if (letter?.subject) return letter.subject;
  return thread.references.length > 0 ? replySubject(thread.subject) : thread.subject;
}

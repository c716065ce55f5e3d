import type { Bus, OutgoingRecord } from '@omnigate/bus';
import { type InboundMessage, inboundRecord, type ProviderStatus } from '@omnigate/channel-kit';
import { type Content, DeliveryState, type Media, type ResolvedChannel } from '@omnigate/contracts';
import type { Database } from '@omnigate/database';
import type { DirectoryCache } from '@omnigate/directory-cache';
import {
  beginSpan,
  eventIdOf,
  failSpan,
  groupCommit,
  type Signals,
  SpanKind,
  traceparentOf,
} from '@omnigate/runtime';
import { domainOf } from './domain/addresses';
import { clipText } from './domain/clip';
import type { Mail } from './domain/mail';
import { messageOf, outgoingMessageId } from './domain/message-ids';
import { subjectKey } from './domain/subject';
import type { MailFiles } from './mail-files';
import { emailConfigOf, emailManifest } from './manifest';
import {
  type ArrivingMail,
  findPlaces,
  insertArrived,
  isKnown,
  type MailPlace,
  type PlacedMail,
} from './store/arriving';

/** A mail that was read, with where it came to. */
export interface ReceivedMail {
  mail: Mail;
  /** Channels that it is for, each once. */
  channels: readonly ResolvedChannel[];
  /** Its beginning, as it came. */
  raw: Buffer;
  receivedTime: Date;
}

/** Takes customers' mails. */
export interface Inbound {
  /**
   * Stores a mail's files and publishes it, once for each channel; durable when it resolves.
   * @throws AppError OVERLOADED, DATABASE_UNAVAILABLE and what the store of files throws: it is to be sent again
   */
  accept(received: ReceivedMail): Promise<void>;
  drain(): Promise<void>;
}

/** What the way in stands on. */
export interface InboundDeps {
  database: Database;
  bus: Pick<Bus, 'publish'>;
  directory: Pick<DirectoryCache, 'channelByAddress'>;
  files: MailFiles;
  signals: Signals;
  /** channel-kit's; durable when it resolves. */
  recordStatuses(channel: ResolvedChannel, statuses: readonly ProviderStatus[]): Promise<void>;
}

/** A mail for one channel, with the record that it becomes in its thread. */
interface Entry extends ArrivingMail {
  record(place: MailPlace): OutgoingRecord;
}

/** Of one customer in one thread within ten minutes; people don't write so many, two machines that answer each other do. */
const mostOfOneThread = 10;
const maxPending = 2_000;
const maxEventCharacters = 2_000;
/** A clock that is off by more says nothing. */
const maxAgeMs = 7 * 86_400_000;
const maxAheadMs = 300_000;

/** Makes the way in. */
export function createInbound(deps: InboundDeps): Inbound {
  const { database, bus, signals } = deps;

  async function flush(entries: Entry[]): Promise<void> {
    // Two connections may bring the same mail at once.
    const each = [
      ...new Map(entries.map((entry) => [`${entry.channelId}|${entry.messageId}`, entry])).values(),
    ];
    await database.transaction({ tenants: [...new Set(each.map((entry) => entry.tenantId))] }, async (tx) => {
      const places = await findPlaces(tx, each);
      const placed = each.map((entry, index) => ({ ...entry, ...(places[index] as MailPlace) }));
      const unknown = placed.filter((entry) => !entry.known);
      const fresh: ReadonlySet<PlacedMail> = await insertArrived(tx, unknown);
      bus.publish(
        tx,
        unknown.filter((entry) => fresh.has(entry)).map((entry) => entry.record(entry)),
      );
    });
  }

  const group = groupCommit<Entry, void>({
    maxItems: 64,
    maxPending,
    tenantOf: (entry) => entry.tenantId,
    flush,
  });

  async function acceptFor(channel: ResolvedChannel, received: ReceivedMail): Promise<void> {
    const { mail } = received;
    if (mail.report && (await takeReport(deps, channel, mail))) return;
    const { tenantId, id: channelId } = channel;
    const mailKey = { tenantId, channelId, messageId: mail.messageId };
    // Before its files are stored once more.
    const repeated =
      mail.files.length > 0 &&
      (await database.transaction({ tenants: [tenantId] }, (tx) => isKnown(tx, mailKey)));
    if (repeated) return;
    const own = await isOwnMailbox(deps.directory, channel, mail.from);
    const media = await deps.files.store(tenantId, mail.files);
    const span = beginSpan('receive email', SpanKind.SERVER)?.setAttributes({
      'omnigate.channel_id': channelId,
      'omnigate.tenant_id': tenantId,
    });
    const arrival = { ...received, traceparent: traceparentOf(span) };
    try {
      await group.add({
        ...mailKey,
        address: mail.from,
        references: mail.references,
        subject: mail.subject,
        subjectKey: subjectKey(mail.subject),
        ownThreadKey: eventIdOf(channelId, mail.messageId, 0),
        record: ({ threadKey, recent }) => {
          const loop = own || recent >= mostOfOneThread;
          return inboundRecord(channel, messageOfMail({ ...received, media, threadKey, loop }), arrival);
        },
      });
      span?.end();
    } catch (error) {
      failSpan(span, error);
      throw error;
    }
  }

  return {
    async accept(received) {
      const startedMs = performance.now();
      signals.received();
      signals.lag((Date.now() - received.receivedTime.getTime()) / 1_000);
      try {
        for (const channel of received.channels) await acceptFor(channel, received);
      } catch (error) {
        signals.failed('publish');
        throw error;
      }
      signals.done();
      signals.duration((performance.now() - startedMs) / 1_000);
    },
    drain: () => group.drain(),
  };
}

/** One mailbox of a business writes to another; only then is the directory asked. */
async function isOwnMailbox(
  directory: InboundDeps['directory'],
  channel: ResolvedChannel,
  from: string,
): Promise<boolean> {
  const address = emailConfigOf(channel)?.address ?? '';
  if (domainOf(address) !== domainOf(from)) return false;
  return (await directory.channelByAddress(emailManifest.type, from)) !== undefined;
}

/** What a report says of our message; false where it is about none of ours, so that a person may look at it. */
async function takeReport(
  { recordStatuses }: Pick<InboundDeps, 'recordStatuses'>,
  channel: ResolvedChannel,
  { report, sentMs }: Mail,
): Promise<boolean> {
  const address = emailConfigOf(channel)?.address ?? '';
  const [messageId] = report?.about.flatMap((id) => messageOf(id, address) ?? []) ?? [];
  if (!report || messageId === undefined) return false;
  if (!report.failed) return true;
  await recordStatuses(channel, [
    {
      messageId,
      providerMessageId: outgoingMessageId(messageId, address),
      state: DeliveryState.DELIVERY_STATE_FAILED,
      errorCode: report.status || 'REJECTED',
      ...(sentMs === undefined ? {} : { occurredTime: new Date(sentMs) }),
    },
  ]);
  return true;
}

function messageOfMail(o: {
  mail: Mail;
  media: Media[];
  threadKey: string;
  loop: boolean;
  receivedTime: Date;
}): InboundMessage {
  const { mail, media, threadKey } = o;
  const automatic = mail.automatic ?? (o.loop ? 'mail-loop' : undefined);
  const { content, attachments } = automatic
    ? { content: eventOf(automatic, mail), attachments: media }
    : contentOf(mail, media);
  const occurredTime = believable(mail.sentMs, o.receivedTime);
  return {
    providerMessageId: mail.messageId,
    address: mail.from,
    name: mail.name,
    threadKey,
    content,
    attachments,
    letter: { subject: mail.subject, html: mail.html },
    ...(mail.references[0] ? { replyTo: mail.references[0] } : {}),
    ...(occurredTime ? { occurredTime } : {}),
  };
}

/** Routing stores it, and asks nobody for an answer. */
const eventOf = (name: string, { text }: Mail): Content => ({
  kind: { $case: 'event', value: { name, detail: clipText(text, maxEventCharacters) } },
});

/** What was written; a mail without a word says what it wants by its files, or in its subject. */
function contentOf({ text, subject }: Mail, media: Media[]): { content: Content; attachments: Media[] } {
  const [first, ...others] = media;
  if (text === '' && first) {
    const $case = first.contentType.startsWith('image/') ? 'image' : 'file';
    return { content: { kind: { $case, value: { ...first, caption: subject } } }, attachments: others };
  }
  return { content: { kind: { $case: 'text', value: { body: text || subject } } }, attachments: media };
}

function believable(sentMs: number | undefined, receivedTime: Date): Date | undefined {
  const ageMs = sentMs === undefined ? Number.NaN : receivedTime.getTime() - sentMs;
  return sentMs !== undefined && ageMs <= maxAgeMs && ageMs >= -maxAheadMs ? new Date(sentMs) : undefined;
}

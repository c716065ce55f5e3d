import { type Content, Content as ContentCodec, type Media, StoredMessage } from '@omnigate/contracts';
import { mediaOf } from './media-items';

/**
 * The files of a message: its content, where that is one, then its attachments.
 *
 * @param content what it says.
 * @param attachments its attachments.
 * @returns the files in order.
 */
export function filesOf(content: Content | undefined, attachments: readonly Media[]): Media[] {
  const own = mediaOf(content);
  return own ? [own, ...attachments] : [...attachments];
}

/** A message's attachments as they are stored. */
export const attachmentsOf = ({ attachments }: { attachments: Uint8Array | null }): Media[] =>
  attachments ? StoredMessage.decode(attachments).attachments : [];

/**
 * The files of a message as it is stored.
 *
 * @param row the message's row.
 * @returns the files in order.
 */
export function filesOfRow(row: { content: Uint8Array; attachments: Uint8Array | null }): Media[] {
  return filesOf(ContentCodec.decode(row.content), attachmentsOf(row));
}

const isSame = (a: Media, b: Media): boolean => {
  if (a.providerMediaId !== '' || b.providerMediaId !== '') return a.providerMediaId === b.providerMediaId;
  if (a.providerUrl !== '' || b.providerUrl !== '') return a.providerUrl === b.providerUrl;
  return a.mediaId !== '' && a.mediaId === b.mediaId;
};

/**
 * Files as the messages that brought them show them by now.
 *
 * @param wanted files as they were known before.
 * @param known the files of the messages.
 * @returns those known in place of those wanted; one that no message has stays as it was.
 */
export const refreshed = (wanted: readonly Media[], known: readonly Media[]): Media[] =>
  wanted.map((media) => known.find((each) => isSame(each, media)) ?? media);

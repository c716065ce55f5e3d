import { domainOf } from './addresses';

/** More than any mail program sends; a longer chain keeps its newest. */
const maxIds = 50;
const maxIdCharacters = 250;
/** Without blanks and control characters, which nothing that keeps an id could hold. */
const idPattern = /<[^\s<>@\u0000-\u001f\u007f]{1,200}@[^\s<>@\u0000-\u001f\u007f]{1,200}>/g;
const ours = /^<([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})@/i;

/**
 * The message ids in a header's value.
 *
 * @param value of Message-ID, In-Reply-To or References.
 * @returns the last ones, in their order, brackets included.
 */
export function messageIdsIn(value: string): string[] {
  const ids = [...value.matchAll(idPattern)].map(([id]) => id);
  return ids.filter((id) => id.length <= maxIdCharacters).slice(-maxIds);
}

/**
 * The Message-ID of a message that Omnigate sends: a repeat of the same message has the same.
 *
 * @param messageId of the message, a UUID.
 * @param address the channel's.
 */
export const outgoingMessageId = (messageId: string, address: string): string =>
  `<${messageId}@${domainOf(address)}>`;

/**
 * Which message of a channel's a Message-ID is of; mail programs make ids of the same form.
 *
 * @param id brackets included.
 * @param address the channel's.
 * @returns a UUID; undefined where it is none of the channel's.
 */
export function messageOf(id: string, address: string): string | undefined {
  const messageId = ours.exec(id)?.[1]?.toLowerCase();
  return messageId !== undefined && id === outgoingMessageId(messageId, address) ? messageId : undefined;
}

import { splitText } from '@omnigate/channel-kit';
import type { Content, ResolvedChannel } from '@omnigate/contracts';

/**
 * What goes out for a content: one message, or of a long text as many as the channel needs; never none.
 *
 * @param content what is to be said.
 * @param channel where.
 * @returns the contents of the messages, in order.
 */
export function partsOf(content: Content, channel: ResolvedChannel): Content[] {
  const limit = channel.channelType?.capabilities?.maxTextCharacters ?? 0;
  if (content.kind?.$case !== 'text' || limit === 0) return [content];
  return splitText(content.kind.value.body, { unit: 'characters', limit })
    .filter((body) => body.trim() !== '')
    .map((body) => ({ kind: { $case: 'text', value: { body } } }));
}

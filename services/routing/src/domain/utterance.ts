import { type Content, type Media, PartyRole, type Utterance } from '@omnigate/contracts';
import { filesOf } from './message-files';

/**
 * What a message says in words.
 *
 * @param content what was sent.
 * @returns the text, caption, title or chosen label; empty for what has no words.
 */
export function utteranceText(content: Content | undefined): string {
  const kind = content?.kind;
  switch (kind?.$case) {
    case 'text':
      return kind.value.body;
    case 'menuChoice':
      return kind.value.label || kind.value.id;
    case 'image':
    case 'audio':
    case 'video':
    case 'file':
      return kind.value.caption;
    case 'menu':
      return kind.value.body;
    case 'link':
      return kind.value.title || kind.value.url;
    case 'card':
      return kind.value.title || kind.value.body;
    case 'event':
      return isAnswered(content) ? kind.value.detail : '';
    default:
      return '';
  }
}

/**
 * Says whether somebody should answer a message. Of what happens on a channel only a tap on its menu is a question; what
 * the menu's key says is its words.
 *
 * @param content what came.
 * @returns false for events such as a subscription.
 */
export function isAnswered(content: Content | undefined): boolean {
  const kind = content?.kind;
  return kind?.$case !== 'event' || kind.value.name === 'menu-click';
}

/**
 * What a customer's message says to the bot.
 *
 * @param content what was sent.
 * @param attachments further files.
 * @returns the words, the id of the menu option if it chooses one, and the files.
 */
export function customerUtterance(
  content: Content | undefined,
  attachments: readonly Media[] = [],
): Utterance {
  const choiceId = content?.kind?.$case === 'menuChoice' ? content.kind.value.id : '';
  const media = filesOf(content, attachments);
  return { role: PartyRole.PARTY_ROLE_CUSTOMER, text: utteranceText(content), choiceId, media };
}

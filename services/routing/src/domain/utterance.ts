import { type Content, PartyRole, type Utterance } from '@omnigate/contracts';

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
    default:
      return '';
  }
}

/**
 * What a customer's message says to the bot.
 *
 * @param content what was sent.
 * @returns the words, and the id of the menu option if it chooses one.
 */
export function customerUtterance(content: Content | undefined): Utterance {
  const choiceId = content?.kind?.$case === 'menuChoice' ? content.kind.value.id : '';
  return { role: PartyRole.PARTY_ROLE_CUSTOMER, text: utteranceText(content), choiceId, media: [] };
}

/** Events of mails that a machine wrote: answered by a machine, the two would never end. */
const machineEvents = new Set(['auto-reply', 'mailing-list', 'bounce', 'mail-loop']);

/**
 * Says whether a message was written by a machine, so that nobody is asked for an answer.
 *
 * @param content what was sent.
 */
export const isByMachine = (content: Content | undefined): boolean =>
  content?.kind?.$case === 'event' && machineEvents.has(content.kind.value.name);

import type { ChannelRef, Media, Notice } from '@omnigate/contracts';
import { newId } from '@omnigate/runtime';
import { type Bilingual, type Language, textIn } from '@omnigate/ticket-form';
import { type Choice, choiceLabels } from './domain/notice-texts';
import { say } from './domain/say';
import type { Customer } from './domain/ticket';

/** Somebody who can be told something. */
export interface Addressee {
  conversationId: string;
  channel: ChannelRef;
  address: string;
  threadKey: string;
  language: Language;
}

/** What is said. */
export interface Wording {
  texts: Bilingual;
  values?: Readonly<Record<string, string>>;
  /** What may be answered, and about which ticket. */
  menu?: { ticketId: string; choices: readonly Choice[] };
  attachments?: readonly Media[];
}

/**
 * The customer of a ticket.
 *
 * @param customer where they are
 * @returns undefined where nobody is to be told
 */
export function customerOf(customer: Customer): Addressee | undefined {
  const { channelId, channelType, conversationId, address, threadKey, language } = customer;
  if (channelId === null) return undefined;
  return {
    conversationId: conversationId ?? '',
    channel: { type: channelType, id: channelId },
    address,
    threadKey,
    language,
  };
}

/**
 * Words a notice.
 *
 * @param to who is told
 * @param wording what is said, in the reader's language
 * @returns the notice; routing sends it once
 */
export function noticeOf(to: Addressee, { texts, values = {}, menu, attachments = [] }: Wording): Notice {
  const { language, ...place } = to;
  const body = say(texts, language, values);
  const options = (menu?.choices ?? []).map((choice) => ({
    id: `ticket:${menu?.ticketId}:${choice}`,
    label: textIn(choiceLabels[choice], language),
  }));
  const kind: NonNullable<Notice['content']>['kind'] =
    options.length > 0 ? { $case: 'menu', value: { body, options } } : { $case: 'text', value: { body } };
  return { noticeId: newId(), ...place, content: { kind }, attachments: [...attachments] };
}

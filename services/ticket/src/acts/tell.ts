import type { Media, Notice } from '@omnigate/contracts';
import { textIn } from '@omnigate/ticket-form';
import { dueText } from '../domain/due-text';
import { formLines } from '../domain/form-lines';
import type { Choice, noticeTexts } from '../domain/notice-texts';
import { noticeTexts as texts } from '../domain/notice-texts';
import type { Worker } from '../domain/worker';
import { type Addressee, customerOf, noticeOf } from '../notices';
import type { Held } from './held';

/** What is told: a text by its name, with what it needs besides number and title. */
export interface Told {
  text: keyof typeof noticeTexts;
  values?: Readonly<Record<string, string>>;
  choices?: readonly Choice[];
  attachments?: readonly Media[];
}

type Subject = Pick<Held, 'ticket' | 'spec'>;

const worded = ({ ticket, spec }: Subject, to: Addressee, told: Told): Notice =>
  noticeOf(to, {
    texts: texts[told.text],
    values: {
      number: String(ticket.number),
      title: textIn(spec.title, to.language),
      form: formLines(spec, ticket, to.language),
      ...told.values,
    },
    ...(told.choices && { menu: { ticketId: ticket.id, choices: told.choices } }),
    ...(told.attachments && { attachments: told.attachments }),
  });

/**
 * Words what the customer of a ticket is told.
 *
 * @param subject the ticket and its type
 * @param told what
 * @returns undefined where nobody is to be told
 */
export function tellCustomer(subject: Subject, told: Told): Notice | undefined {
  const to = customerOf(subject.ticket);
  return to && worded(subject, to, told);
}

/**
 * Words what a worker is told on their channel.
 *
 * @param subject the ticket and its type
 * @param worker who; undefined for somebody who is gone
 * @param told what
 * @returns undefined where they have no channel
 */
export async function tellWorker(
  subject: Subject & Pick<Held, 'context'>,
  worker: Worker | undefined,
  told: Told,
): Promise<Notice | undefined> {
  const to = worker && (await workerAddress(subject, worker));
  return to && worded(subject, to, told);
}

async function workerAddress(
  { context, ticket }: Pick<Held, 'context' | 'ticket'>,
  worker: Worker,
): Promise<Addressee | undefined> {
  if (worker.channel === undefined) return undefined;
  const channel = await context.directory.channelByName(ticket.tenantId, worker.channel);
  if (!channel) return undefined;
  return {
    conversationId: '',
    channel: { type: channel.type, id: channel.id },
    address: worker.address,
    threadKey: '',
    language: worker.language,
  };
}

/**
 * Words whatever somebody in a chat is told about a ticket.
 *
 * @param subject the ticket and its type
 * @param to who
 * @param told what
 * @returns the notice
 */
export const tellChat = (subject: Subject, to: Addressee, told: Told): Notice => worded(subject, to, told);

/**
 * Says until when the work is to be done, in the tenant's time zone.
 *
 * @param held the ticket
 * @param worker the reader
 * @returns such as `11月27日 18:00`
 */
export async function dueTextFor({ context, ticket }: Held, worker: Worker): Promise<string> {
  const tenant = await context.directory.tenant(ticket.tenantId);
  return dueText(ticket.dueAt, worker.language, tenant?.timeZone || 'UTC');
}

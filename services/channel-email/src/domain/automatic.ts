/** Mails that a machine wrote: nobody may answer them by machine. The names of the events that routing stores. */
export type Automatic = 'auto-reply' | 'mailing-list' | 'bounce' | 'mail-loop';

/** What tells who wrote a mail. */
export interface Origin {
  /** Of a header, by its name in lower case; empty where there is none. */
  header(name: string): string;
  /** In its normal form. */
  from: string;
  /** Of the envelope; empty for the null sender, which reports use. */
  envelopeFrom: string;
  subject: string;
  /** It has a part `message/delivery-status`. */
  isReport: boolean;
}

/** Every mail that Omnigate sends carries it; no mail program copies it into an answer. */
export const ownMark = 'x-omnigate-message';

const machines = /^(?:mailer-daemon|postmaster|no-?reply|do-?not-?reply|bounces?(?:[+-].*)?|auto-?reply)@/i;
const awaySubject =
  /^\s*(?:auto(?:matic)?[ -]?(?:reply|response|answer)|out of (?:the )?office|abwesenheits|réponse automatique|自动回复|自動回覆|自动答复|自動返信|外出自动回复)/i;

const isBounce = (origin: Origin): boolean =>
  origin.isReport ||
  origin.header('x-failed-recipients') !== '' ||
  /^multipart\/report\b/i.test(origin.header('content-type')) ||
  (origin.envelopeFrom === '' && machines.test(origin.from));

const isList = (origin: Origin): boolean =>
  origin.header('list-id') !== '' ||
  origin.header('list-unsubscribe') !== '' ||
  /^\s*(?:bulk|junk|list)\b/i.test(origin.header('precedence'));

function isAutoReply(origin: Origin): boolean {
  const submitted = origin.header('auto-submitted').trim().toLowerCase();
  return (
    (submitted !== '' && !/^no\b/.test(submitted)) ||
    /^\s*yes\b/i.test(origin.header('x-autoreply')) ||
    origin.header('x-autorespond') !== '' ||
    origin.header('x-auto-response-suppress') !== '' ||
    /^\s*auto_reply\b/i.test(origin.header('precedence')) ||
    origin.envelopeFrom === '' ||
    machines.test(origin.from) ||
    awaySubject.test(origin.subject)
  );
}

/**
 * Says whether a mail was written by a machine (RFC 3834, and what is met besides).
 *
 * @param origin what the mail says of itself.
 * @returns undefined for a mail of a person.
 */
export function automaticKind(origin: Origin): Automatic | undefined {
  if (isBounce(origin)) return 'bounce';
  if (origin.header(ownMark) !== '') return 'mail-loop';
  if (isList(origin)) return 'mailing-list';
  return isAutoReply(origin) ? 'auto-reply' : undefined;
}

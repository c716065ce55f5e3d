import { errorTable, isErrorCode } from '@omnigate/errors';
import type { SendResult } from '../adapter';

const byKind: Record<Exclude<SendResult['kind'], 'sent'>, string> = {
  retry: 'It is tried again by itself.',
  permanent: "Not sent. See the provider's description of this code.",
  windowClosed: "The provider's reply window is closed; another path is planned if there is one.",
  optedOut: 'The customer has opted out with the provider; nothing more is sent to them on this channel.',
  credentialsBroken:
    "The provider refuses the channel's credentials. Sends wait; correct spec.config and apply the channel again.",
  unknown:
    'Whether the provider took the message is not known, so it is not sent again. A receipt may settle it; else look in its console.',
  deferred: 'It waits for another way out, such as the answer to what the customer writes next.',
};

/**
 * What an operator should know of a send that did not work; no personal data.
 * @param code of packages/errors, whose own text says more, or the provider's
 */
export function sendFailureDetail(kind: SendResult['kind'], code: string): string {
  const advice = kind === 'sent' ? '' : byKind[kind];
  if (!isErrorCode(code)) return advice;
  return `${errorTable[code].message.replace(/\{[^}]*\}/g, '')} ${kind === 'permanent' ? '' : advice}`.trim();
}

import type { SendResult } from '@omnigate/channel-kit';

/** What nodemailer tells of a failure. */
export interface SmtpFailure {
  code?: string;
  /** Of the server's answer. */
  responseCode?: number;
  command?: string;
}

/** RFC 4954: the account is not what the server wants. */
const accountCodes = new Set([530, 534, 535, 538]);

/**
 * Turns a failure into what the sender needs to know.
 *
 * @param failure of nodemailer.
 * @param ended the whole mail, its last dot included, may have reached the server: without an answer nobody knows.
 */
export function sendOutcome(failure: SmtpFailure, ended: boolean): SendResult {
  const { code, responseCode } = failure;
  if (responseCode === undefined || responseCode === 0) return withoutAnswer(failure, ended);
  if (responseCode >= 500 && (code === 'EAUTH' || accountCodes.has(responseCode)))
    return { kind: 'credentialsBroken', code: String(responseCode) };
  if (responseCode >= 500) return { kind: 'permanent', code: String(responseCode) };
  // An answer that is none of SMTP's failures, such as 250 where 354 was due, says nothing of the mail.
  if (responseCode < 400 && ended) return { kind: 'unknown', code: 'SEND_UNKNOWN' };
  return { kind: 'retry', code: String(responseCode) };
}

function withoutAnswer({ code, command }: SmtpFailure, ended: boolean): SendResult {
  if (ended) return { kind: 'unknown', code: 'SEND_UNKNOWN' };
  if (code === 'ENOAUTH') return { kind: 'credentialsBroken', code: 'CREDENTIALS_BROKEN' };
  if (code === 'EENVELOPE' && command === 'API') return { kind: 'permanent', code: 'MESSAGE_INVALID' };
  return { kind: 'retry', code: 'CONNECTION_FAILED' };
}

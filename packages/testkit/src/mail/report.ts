import type { MailAtProvider } from './provider';

/** What a report says. */
export interface ReportOptions {
  /** Enhanced status, such as `5.1.1`. */
  status: string;
  action: 'failed' | 'delayed';
}

/**
 * The report that a provider sends about a mail that did not arrive (RFC 3464), to be sent with the null sender.
 *
 * @param mail that did not arrive.
 * @param o why.
 * @returns headers and body.
 */
export function deliveryReportOf(
  mail: Pick<MailAtProvider, 'envelope' | 'header'>,
  o: ReportOptions,
): string {
  const [recipient = ''] = mail.envelope.to;
  return [
    'From: Mail Delivery System <mailer-daemon@provider.example>',
    `To: ${mail.envelope.from}`,
    'Subject: Undelivered Mail Returned to Sender',
    `Date: ${new Date().toUTCString()}`,
    `Message-ID: <report-${Date.now()}-${Math.random().toString(36).slice(2)}@provider.example>`,
    'Auto-Submitted: auto-replied',
    'MIME-Version: 1.0',
    'Content-Type: multipart/report; report-type=delivery-status; boundary="report"',
    '',
    '--report',
    'Content-Type: text/plain; charset=us-ascii',
    '',
    'I am sorry to have to inform you that your message could not be delivered.',
    '',
    '--report',
    'Content-Type: message/delivery-status',
    '',
    'Reporting-MTA: dns; provider.example',
    '',
    `Final-Recipient: rfc822; ${recipient}`,
    `Action: ${o.action}`,
    `Status: ${o.status}`,
    '',
    '--report',
    'Content-Type: message/rfc822',
    '',
    `From: ${mail.envelope.from}`,
    `To: ${recipient}`,
    `Subject: ${mail.header('subject')}`,
    `Message-ID: ${mail.header('message-id')}`,
    '',
    'The text of the message.',
    '',
    '--report--',
    '',
  ].join('\r\n');
}

import { randomUUID } from 'node:crypto';
import { createTransport, type SendMailOptions } from 'nodemailer';

/** What a customer writes. */
export interface CustomerMail extends Omit<SendMailOptions, 'envelope' | 'raw'> {
  from: string;
  to: string | string[];
  /** Of the envelope; default: `from`, empty for the null sender. */
  envelopeFrom?: string;
  /** The mail itself, headers and all, in place of one that is made. */
  raw?: string | Buffer;
}

/** What came of it. */
export interface MailAnswer {
  /** Of SMTP, such as 250. */
  code: number;
  text: string;
  /** With brackets. */
  messageId: string;
}

/**
 * Sends a customer's mail as their provider would: straight to the server of the address.
 *
 * @param port of the server on this machine.
 * @param mail what they wrote.
 * @returns the server's answer, whichever it was.
 * @throws Error where there was none.
 */
export async function sendCustomerMail(port: number, mail: CustomerMail): Promise<MailAnswer> {
  const { envelopeFrom, ...message } = mail;
  const messageId = String(mail.messageId ?? `<${randomUUID()}@customer.example>`);
  const transport = createTransport({ host: '127.0.0.1', port, ignoreTLS: true, name: 'customer.example' });
  try {
    const { response } = await transport.sendMail({
      ...message,
      messageId,
      envelope: { from: envelopeFrom ?? mail.from, to: mail.to },
    });
    return { code: Number(response.slice(0, 3)), text: response.slice(4), messageId };
  } catch (error) {
    const { responseCode, response } = error as { responseCode?: number; response?: string };
    if (!responseCode) throw error;
    return { code: responseCode, text: (response ?? '').slice(4), messageId };
  } finally {
    transport.close();
  }
}

import { messageIdsIn } from './message-ids';

/** A report that a message did not arrive (RFC 3464). */
export interface DeliveryReport {
  /** Message-IDs of mails that may be the one meant, likeliest first. */
  about: string[];
  /** Enhanced status, such as `5.1.1`; empty where there is none. */
  status: string;
  /** It will not arrive; otherwise it is late, or has arrived. */
  failed: boolean;
}

/** Of what is attached to a report only the beginning is looked at. */
const maxReadCharacters = 64 * 1024;

const field = (text: string, name: string): string =>
  new RegExp(`^${name}\\s*:\\s*(.*)$`, 'im').exec(text)?.[1]?.trim() ?? '';

/**
 * Reads a report.
 *
 * @param parts the text of its part `message/delivery-status`, and of the message that it is about.
 * @param references ids that its own headers name.
 */
export function deliveryReport(
  parts: { status: string; original: string },
  references: readonly string[],
): DeliveryReport {
  const original = messageIdsIn(field(parts.original.slice(0, maxReadCharacters), 'message-id'));
  const text = parts.status.slice(0, maxReadCharacters);
  const status = /^([245]\.\d{1,3}\.\d{1,3})\b/.exec(field(text, 'status'))?.[1] ?? '';
  const action = field(text, 'action').toLowerCase();
  const failed = status === '' ? action === 'failed' : status.startsWith('5.');
  return { about: [...new Set([...original, ...references])], status, failed };
}

import type { Automatic } from './automatic';
import type { DeliveryReport } from './delivery-report';

/** A file that came with a mail. */
export interface MailFile {
  fileName: string;
  /** As the mail claims it. */
  contentType: string;
  /** By which the HTML shows it, without brackets; empty where it has none. */
  contentId: string;
  bytes: Uint8Array;
}

/** A mail as Omnigate understands it; nothing of it is trusted but that it is text. */
export interface Mail {
  /** With brackets; made of the mail where it brings none, so that a repeat has the same. */
  messageId: string;
  /** Normal form. */
  from: string;
  name: string;
  subject: string;
  /** Unix ms; undefined where it says nothing that is a time. */
  sentMs: number | undefined;
  /** What it answers, nearest first. */
  references: string[];
  /** What was written anew. */
  text: string;
  /** All of it as HTML that is safe to show; empty where it has none. */
  html: string;
  automatic: Automatic | undefined;
  report: DeliveryReport | undefined;
  files: MailFile[];
}

/** What the envelope adds. */
export interface MailEnvelope {
  /** Empty for the null sender. */
  from: string;
}

/** Why a mail can't be taken, ever. */
export type Unreadable = 'TOO_DEEP' | 'TOO_MANY_PARTS' | 'NO_SENDER' | 'TOO_COSTLY' | 'MALFORMED';

/** A mail that can't be taken. */
export class UnreadableMail extends Error {
  constructor(readonly reason: Unreadable) {
    super(`the mail can not be read: ${reason}`);
  }
}

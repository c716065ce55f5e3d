import type { Mail, MailEnvelope, Unreadable } from '../domain/mail';

/** A mail to be read. */
export interface ToWorker {
  job: number;
  raw: Uint8Array<ArrayBuffer>;
  envelope: MailEnvelope;
}

/** What came of it; `failure` is a fault of ours. */
export type FromWorker = { job: number } & (
  | { mail: Mail }
  | { unreadable: Unreadable }
  | { failure: string }
);

import { SmtpRefusal } from './refusal';

/** What all mails that are being received may take together. */
export interface MemoryBudget {
  /** @returns false where there is not so much left */
  take(bytes: number): boolean;
  give(bytes: number): void;
}

/**
 * Makes it.
 *
 * @param maxBytes for all.
 */
export function createMemoryBudget(maxBytes: number): MemoryBudget {
  let left = maxBytes;
  return {
    take(bytes) {
      if (bytes > left) return false;
      left -= bytes;
      return true;
    },
    give(bytes) {
      left += bytes;
    },
  };
}

/** A mail that was received whole. */
export interface Collected {
  raw: Uint8Array<ArrayBuffer>;
  /** Gives its memory back; called once it has been dealt with. */
  release(): void;
}

/**
 * Receives a mail. One that is too large is read to its end and not kept, since the sender hears an answer only then.
 *
 * @param stream its bytes.
 * @param o.maxBytes of one mail.
 * @param o.budget for all mails.
 * @throws SmtpRefusal 552 for a mail that is too large, 452 where there is no memory for it, 421 for one cut off
 */
export async function collectMail(
  stream: AsyncIterable<Buffer>,
  { maxBytes, budget }: { maxBytes: number; budget: MemoryBudget },
): Promise<Collected> {
  const chunks: Buffer[] = [];
  let size = 0;
  let refused: SmtpRefusal | undefined;
  const drop = (refusal: SmtpRefusal): void => {
    refused = refusal;
    budget.give(size);
    chunks.length = 0;
    size = 0;
  };
  try {
    for await (const chunk of stream) {
      if (refused) continue;
      if (size + chunk.length > maxBytes) drop(tooLarge(maxBytes));
      else if (!budget.take(chunk.length))
        drop(new SmtpRefusal(452, '4.3.1 too much mail at once, try again later'));
      else {
        chunks.push(chunk);
        size += chunk.length;
      }
    }
  } catch (error) {
    drop(error instanceof SmtpRefusal ? error : new SmtpRefusal(421, '4.4.2 the mail did not come whole'));
  }
  if (refused) throw refused;
  const raw = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    raw.set(chunk, at);
    at += chunk.length;
  }
  return { raw, release: () => budget.give(size) };
}

/** The answer to a mail that is too large. */
export const tooLarge = (maxBytes: number): SmtpRefusal =>
  new SmtpRefusal(552, `5.3.4 the mail is larger than ${Math.floor(maxBytes / 1_048_576)} MB`);

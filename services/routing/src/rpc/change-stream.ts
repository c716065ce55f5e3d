import type { Bus, BusRecord } from '@omnigate/bus';
import { ConversationChanged, topics } from '@omnigate/contracts';
import { AppError } from '@omnigate/errors';
import { inPublishOrder } from './publish-order';

/** Changes that a slow reader may have waiting before reading from the bus pauses. */
const waitingAtMost = 256;

/** Where a stream goes on: the bus's token before a batch, and what of that batch was delivered. */
interface Position {
  base: string;
  /** Last offset delivered of each partition, decimal. */
  seen: Record<string, string>;
}

function encode(position: Position): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url');
}

const partition = /^\d{1,4}$/;
const offset = /^(?:0|[1-9]\d{0,18})$/;

/** Anyone may write a token: whatever is wrong with it, it is not ours. */
function isPosition(value: unknown): value is Position {
  if (typeof value !== 'object' || value === null) return false;
  const { base, seen } = value as Partial<Record<keyof Position, unknown>>;
  if (typeof base !== 'string' || typeof seen !== 'object' || seen === null) return false;
  return Object.entries(seen).every(
    ([key, item]) => partition.test(key) && typeof item === 'string' && offset.test(item),
  );
}

function decode(token: string): Position {
  try {
    const value: unknown = JSON.parse(Buffer.from(token, 'base64url').toString('utf8'));
    if (isPosition(value)) return value;
  } catch {
    // Not even JSON: refused below like any other.
  }
  throw new AppError('RESUME_TOKEN_INVALID');
}

/** A change with the token that continues after it. */
export interface StreamedChange {
  change: ConversationChanged | undefined;
  token: string;
}

/** Which changes to stream. */
export interface StreamOptions {
  tenantId: string;
  /** Where to go on; empty means from now. */
  resumeToken: string;
  signal: AbortSignal;
}

/**
 * Streams changes of one tenant's conversations, without a gap or a repeat after a resume.
 *
 * @param bus where changes are published.
 * @param options which changes, from where, until when.
 * @yields first the start's token without a change, then each change.
 * @throws AppError RESUME_TOKEN_INVALID.
 */
export async function* streamChanges(bus: Bus, options: StreamOptions): AsyncGenerator<StreamedChange> {
  const start = options.resumeToken === '' ? undefined : decode(options.resumeToken);
  const seen: Record<string, string> = { ...start?.seen };
  const waiting: { record: BusRecord; base: string; end: string | undefined }[] = [];
  let base = start?.base ?? '';
  let wake = (): void => undefined;
  let drained = (): void => undefined;
  const follower = bus.follow({
    topics: [topics.conversationChanged],
    ...(start && { from: start.base }),
    handle: async (records, token) => {
      const news = inPublishOrder(
        records.filter((record) => record.offset > BigInt(seen[record.partition] ?? -1)),
      );
      for (const [index, record] of news.entries()) {
        waiting.push({ record, base, end: index === news.length - 1 ? token : undefined });
      }
      base = token;
      wake();
      if (waiting.length >= waitingAtMost) await new Promise<void>((resolve) => (drained = resolve));
    },
  });
  const stop = (): void => wake();
  options.signal.addEventListener('abort', stop);
  try {
    const first = await follower.ready;
    base ||= first;
    yield { change: undefined, token: encode({ base: start?.base ?? first, seen }) };
    while (!options.signal.aborted) {
      const next = waiting.shift();
      if (!next) {
        drained();
        await new Promise<void>((resolve) => {
          wake = resolve;
          if (waiting.length > 0 || options.signal.aborted) resolve();
        });
        continue;
      }
      const { record, base: before, end } = next;
      seen[record.partition] = String(record.offset);
      if (record.tenantId !== options.tenantId) continue;
      const token = encode(end === undefined ? { base: before, seen } : { base: end, seen: {} });
      yield { change: ConversationChanged.decode(record.value), token };
    }
  } finally {
    options.signal.removeEventListener('abort', stop);
    drained();
    await follower.stop();
  }
}

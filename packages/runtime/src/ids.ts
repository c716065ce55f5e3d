import { hash, randomFillSync } from 'node:crypto';
import { parse, stringify, v7 } from 'uuid';

// Fixed for ever: another value would turn every provider's repeat into a new message.
const eventNamespace = Buffer.from(parse('6f0b3c1e-2d4a-5c58-9a7e-4b1d0c6e8f25'));

const idBytes = 16;
// One call for many ids: asking for 16 random bytes each time costs more than all else of an id.
const pool = Buffer.alloc(256 * idBytes);
let used = pool.length;
let lastMs = 0;
let sequence = 0;

function randomBytes16(): Uint8Array {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += idBytes;
  return pool.subarray(used - idBytes, used);
}

/** Makes a UUIDv7; within a process later ids sort after earlier ones. Source: RFC 9562 §5.7, §6.2. */
export function newId(): string {
  const random = randomBytes16();
  const nowMs = Date.now();
  if (nowMs > lastMs) {
    lastMs = nowMs;
    // 31 random bits, so that a millisecond has room for as many again.
    sequence = new DataView(random.buffer, random.byteOffset).getUint32(0) >>> 1;
  } else {
    sequence += 1;
  }
  return v7({ msecs: lastMs, seq: sequence, random });
}

/**
 * Makes the event id of an inbound message, so that a provider's repeat has the same. Source: RFC 9562 §5.5 (UUIDv5).
 * @param channelId UUID of the channel
 * @param providerMessageId the provider's id of the message, any text
 * @param part 0 for the first message made of the provider's one, 1 for the next
 */
export function eventIdOf(channelId: string, providerMessageId: string, part: number): string {
  const name = Buffer.from(`${channelId}|${providerMessageId}|${part}`);
  const bytes = hash('sha1', Buffer.concat([eventNamespace, name]), 'buffer').subarray(0, idBytes);
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x50;
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
  return stringify(bytes);
}

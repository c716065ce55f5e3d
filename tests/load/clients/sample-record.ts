import { randomBytes } from 'node:crypto';
import type { OutgoingRecord } from '@omnigate/bus';
import { newId } from '@omnigate/runtime';

/** About what a message with its envelope takes. */
const valueBytes = 600;
const keys = 1_000;
const tenantId = newId();
const filling = randomBytes(valueBytes);

/**
 * Makes a record of the size of a message.
 *
 * @param topic where it goes.
 * @param index its number, found again by `indexOf`.
 * @returns the record; 1,000 keys take turns.
 */
export function sampleRecord(topic: string, index: number): OutgoingRecord {
  const value = Buffer.from(filling);
  value.writeUInt32BE(index);
  const type = 'omnigate.message.v1.MessageReceived';
  return { topic, key: `channel|+86${index % keys}|`, value, eventId: newId(), type, tenantId };
}

/**
 * The number of a record.
 *
 * @param value the value of a record that was read.
 * @returns what it was made with.
 */
export const indexOf = (value: Buffer): number => value.readUInt32BE();

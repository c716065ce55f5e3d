import { encodeRecord } from '../record-format';
import type { Append } from './append';
import { logKey } from './heads';
import { createTail } from './tail';

const log = logKey(1, 0);
const cursor = (next: bigint) => ({ topicId: 1, partition: 0, topic: 't', next });

function append(offset: bigint, size = 1, timeMs = 1): Append {
  const ids = { eventId: `e${offset}`, type: 'a.B', tenantId: '' };
  const record = { topic: 't', key: 'k', value: Buffer.alloc(size), ...ids };
  return { record, bytes: encodeRecord(record), log, offset, time: new Date(timeMs) };
}

const offsets = (records: { offset: bigint }[] | undefined) =>
  records?.map((record) => Number(record.offset));

test('gives what comes next, at most as many as asked', () => {
  const tail = createTail();
  for (const offset of [3n, 4n, 5n]) tail.keep(append(offset));
  expect(offsets(tail.read(log, cursor(3n), 2))).toEqual([3, 4]);
  expect(offsets(tail.read(log, cursor(5n), 9))).toEqual([5]);
});

test('does not have what is older, newer, or of another log', () => {
  const tail = createTail();
  tail.keep(append(3n));
  expect(tail.read(log, cursor(2n), 9)).toBeUndefined();
  expect(tail.read(log, cursor(4n), 9)).toBeUndefined();
  expect(tail.read(logKey(1, 1), cursor(3n), 9)).toBeUndefined();
});

test('begins anew behind a gap, so that nothing of others is skipped', () => {
  const tail = createTail();
  tail.keep(append(3n));
  tail.keep(append(5n));
  expect(tail.read(log, cursor(3n), 9)).toBeUndefined();
  expect(tail.read(log, cursor(4n), 9)).toBeUndefined();
  tail.keep(append(4n));
  expect(offsets(tail.read(log, cursor(5n), 9))).toEqual([5]);
});

test('keeps a bounded number of records and of bytes', () => {
  const many = createTail();
  for (let offset = 0n; offset < 2_000n; offset++) many.keep(append(offset));
  expect(many.read(log, cursor(1_000n), 1)).toBeUndefined();
  expect(offsets(many.read(log, cursor(1_999n), 1))).toEqual([1_999]);
  const large = createTail();
  for (let offset = 0n; offset < 10n; offset++) large.keep(append(offset, 200_000));
  expect(large.read(log, cursor(7n), 1)).toBeUndefined();
  expect(offsets(large.read(log, cursor(8n), 9))).toEqual([8, 9]);
  large.keep(append(10n, 800_000, Date.now()));
  expect(large.read(log, cursor(10n), 1)).toBeUndefined();
});

test('keeps nothing for longer than readers linger', () => {
  const tail = createTail();
  tail.keep(append(0n, 1, 1_000));
  tail.keep(append(1n, 1, 2_000));
  tail.keep(append(2n, 1, 3_001));
  expect(tail.read(log, cursor(0n), 9)).toBeUndefined();
  expect(offsets(tail.read(log, cursor(1n), 9))).toEqual([1, 2]);
});

test('gives each reader an own record', () => {
  const tail = createTail();
  tail.keep(append(0n));
  const [first] = tail.read(log, cursor(0n), 1) ?? [];
  (first as { key: string }).key = 'changed';
  expect(tail.read(log, cursor(0n), 1)?.[0]?.key).toBe('k');
});

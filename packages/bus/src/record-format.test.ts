import { decodeRecord, encodeRecord, maxRecordBytes } from './record-format';

const place = { topic: 't', partition: 2, offset: 7n, time: new Date(5) };
const record = {
  topic: 't',
  key: 'канал|+1 415|👋',
  value: Buffer.from([0, 255, 10]),
  eventId: '0190c0de-0000-7000-8000-000000000001',
  type: 'omnigate.message.v1.MessageReceived',
  tenantId: '0190c0de-0000-7000-8000-000000000002',
  headers: { traceparent: '00-1-2-03', note: '会话', empty: '' },
};

test('reads what it wrote', () => {
  expect(decodeRecord(encodeRecord(record), place)).toEqual({ ...record, ...place });
});

test('writes empty fields', () => {
  const empty = { topic: 't', key: '', value: Buffer.alloc(0), eventId: '', type: '', tenantId: '' };
  expect(decodeRecord(encodeRecord(empty), place)).toEqual({ ...empty, ...place, headers: {} });
});

test('takes what fits and refuses a byte more', () => {
  const room = maxRecordBytes - encodeRecord({ ...record, value: Buffer.alloc(0) }).length;
  expect(encodeRecord({ ...record, value: Buffer.alloc(room) })).toHaveLength(maxRecordBytes);
  expect(() => encodeRecord({ ...record, value: Buffer.alloc(room + 1) })).toThrow(
    expect.objectContaining({ code: 'RECORD_TOO_LARGE' }),
  );
});

test.each([
  ['a key of 64 KB', { key: 'x'.repeat(65_536) }],
  ['a header name of 256 bytes', { headers: { ['x'.repeat(256)]: '' } }],
  ['an event id of 256 bytes', { eventId: 'x'.repeat(256) }],
])('refuses %s', (_, wrong) => {
  expect(() => encodeRecord({ ...record, ...wrong })).toThrow(
    expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
  );
});

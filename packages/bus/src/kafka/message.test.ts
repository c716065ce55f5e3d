import { messageOf } from './message';

it('gives kafkajs the bytes of a value, whatever kind of array they are in', () => {
  const bytes = new Uint8Array([9, 9, 0, 255, 10]).subarray(2);
  const record = { topic: 't', key: 'k', value: bytes, eventId: 'e', type: 'x', tenantId: 'n' };
  const { value } = messageOf(record, 0);
  expect(Buffer.isBuffer(value) && [...value]).toEqual([0, 255, 10]);
});

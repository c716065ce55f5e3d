import type { OutgoingRecord } from '@omnigate/bus';
import { Media, MessageReceived, ResolvedChannel } from '@omnigate/contracts';
import type { AppError } from '@omnigate/errors';
import { createLogger, createMetrics } from '@omnigate/runtime';
import type { InboundMessage } from './adapter';
import { createIngest } from './ingest';

const channel = ResolvedChannel.fromPartial({
  id: '0198f000-0000-7000-8000-0000000000aa',
  tenantId: '0198f000-0000-7000-8000-0000000000bb',
  type: 'test',
});
const text = (body: string): InboundMessage => ({
  address: 'a',
  content: { kind: { $case: 'text', value: { body } } },
});

async function accept(messages: InboundMessage[], raw = Buffer.alloc(0)) {
  const records: OutgoingRecord[] = [];
  const ingest = createIngest({
    bus: {
      append: async (record) => void records.push(record),
      appendAll: async (list) => void records.push(...list),
    },
    adapterService: 'test',
    metrics: createMetrics(),
    logger: createLogger({ service: 'test', level: 'silent' }),
  });
  await ingest.accept(channel, messages, raw, new Date(0));
  return records.map((record) => ({ ...record, received: MessageReceived.decode(record.value) }));
}

test('scenario 02: equal texts without ids are two messages', async () => {
  const [one, two] = [...(await accept([text('hi')])), ...(await accept([text('hi')]))];
  expect(one?.eventId).not.toBe(two?.eventId);
  expect(one?.key).toBe(two?.key);
});

test('a provider’s id and part make the event id; another part or channel makes another', async () => {
  const message = { ...text('hi'), providerMessageId: 'P1' };
  const [first, repeat, part] = await accept([message, message, { ...message, part: 1 }]);
  expect(first?.eventId).toBe(repeat?.eventId);
  expect(first?.eventId).not.toBe(part?.eventId);
});

test('key, tenant, times and order', async () => {
  const records = await accept([text('1'), { ...text('2'), threadKey: 't', occurredTime: new Date(5) }]);
  expect(records.map(({ key }) => key)).toEqual([`${channel.id}|a|`, `${channel.id}|a|t`]);
  expect(records.map(({ tenantId }) => tenantId)).toEqual([channel.tenantId, channel.tenantId]);
  expect(records.map(({ received }) => received.message?.occurredTime)).toEqual([new Date(0), new Date(5)]);
});

test('every text that came from outside can be stored', async () => {
  const bad = 'a\0b\ud800';
  const [record] = await accept([
    {
      address: bad,
      name: bad,
      threadKey: bad,
      replyTo: bad,
      providerMessageId: bad,
      content: { kind: { $case: 'card', value: { title: bad, body: bad, url: bad } } },
      attachments: [
        Media.fromPartial({ providerUrl: bad, contentType: bad, sizeBytes: 1n, fileName: bad, caption: bad }),
      ],
    },
  ]);
  const whole = JSON.stringify(record?.received.message, (_key, value) =>
    typeof value === 'bigint' ? `${value}` : value,
  );
  expect(whole).not.toMatch(/\\u0000|\\ud800/);
  expect(record?.key).toBe(`${channel.id}|ab\ufffd|ab\ufffd`);
});

test.each(['', '\0', 'x'.repeat(400)])('an address like %j is refused', async (address) => {
  await expect(accept([{ ...text('hi'), address }])).rejects.toMatchObject({
    code: 'PAYLOAD_MALFORMED',
  } satisfies Partial<AppError>);
});

test('the raw payload is cut at 64 KB', async () => {
  const [record] = await accept([text('hi')], Buffer.alloc(100_000));
  expect(record?.received.raw).toHaveLength(65_536);
});

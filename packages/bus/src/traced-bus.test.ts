import type { Transaction } from '@omnigate/database';
import { startTracing } from '@omnigate/runtime';
import { startTraceCollector, type TraceCollector } from '@omnigate/testkit';
import type { Bus, BusRecord, ConsumeOptions, OutgoingRecord } from './port';
import { traceBus } from './traced-bus';

const traceId = '0af7651916cd43dd8448eb211c80319c';
const spanId = 'b7ad6b7169203331';
const traceparent = `00-${traceId}-${spanId}-01`;
const outgoing = (eventId: string, headers?: Record<string, string>): OutgoingRecord => ({
  topic: 'things.v1',
  key: 'k',
  value: new Uint8Array(),
  eventId,
  type: 't',
  tenantId: 'tenant',
  ...(headers ? { headers } : {}),
});
const incoming = (eventId: string, headers: Record<string, string>): BusRecord => ({
  ...outgoing(eventId),
  value: Buffer.alloc(0),
  headers,
  partition: 3,
  offset: 0n,
  time: new Date(0),
});

/** A driver that keeps what it is given. */
function recordingBus() {
  const given: OutgoingRecord[] = [];
  const consumed: ConsumeOptions[] = [];
  const bus = {
    append: async (record: OutgoingRecord) => void given.push(record),
    appendAll: async (records: readonly OutgoingRecord[]) => void given.push(...records),
    publish: (_tx: Transaction, records: readonly OutgoingRecord[]) => void given.push(...records),
    consume: (options: ConsumeOptions) => void consumed.push(options),
  } as unknown as Bus;
  return { bus, given, consumed };
}

function transaction() {
  const callbacks: (() => void)[] = [];
  const tx = { onCommitted: (callback: () => void) => callbacks.push(callback) } as unknown as Transaction;
  return { tx, commit: () => callbacks.map((callback) => callback()) };
}

it('is the very driver where nothing is traced', () => {
  const { bus } = recordingBus();
  expect(traceBus(bus, 'test')).toBe(bus);
});

describe('traceBus', () => {
  let collector: TraceCollector;
  let tracing: { stop(): Promise<void> };
  beforeEach(async () => {
    collector = await startTraceCollector();
    tracing = startTracing({ service: 'test', endpoint: collector.url, ratio: 1 });
  });
  afterEach(async () => {
    await tracing.stop();
    await collector.stop();
  });
  const spans = async () => {
    await tracing.stop();
    return collector.spans;
  };

  it('publishes within a span that the record carries on', async () => {
    const { bus, given } = recordingBus();
    await traceBus(bus, 'test').append(outgoing('e1', { traceparent, other: 'kept' }));
    const [span] = await spans();
    expect(span).toMatchObject({ traceId, parentSpanId: spanId, name: 'send things.v1', kind: 'producer' });
    expect(span?.attributes).toMatchObject({ 'messaging.system': 'test', 'messaging.message.id': 'e1' });
    expect(given[0]?.headers).toEqual({ traceparent: `00-${traceId}-${span?.spanId}-01`, other: 'kept' });
  });

  it('leaves records without a trace context as they are', async () => {
    const { bus, given } = recordingBus();
    const record = outgoing('e1');
    await traceBus(bus, 'test').appendAll([record]);
    expect(given[0]).toBe(record);
    expect(await spans()).toEqual([]);
  });

  it('tells of what a transaction published, and nothing of what was rolled back', async () => {
    const { bus } = recordingBus();
    const [kept, rolledBack] = [transaction(), transaction()];
    const traced = traceBus(bus, 'test');
    traced.publish(kept.tx, [outgoing('kept', { traceparent })]);
    traced.publish(rolledBack.tx, [outgoing('rolled back', { traceparent })]);
    kept.commit();
    expect((await spans()).map(({ attributes }) => attributes['messaging.message.id'])).toEqual(['kept']);
  });

  it('handles each record in a span of its own trace, and does not touch what others read', async () => {
    const { bus, consumed } = recordingBus();
    const handled: BusRecord[] = [];
    const handle = async (_tx: Transaction, records: BusRecord[]) => void handled.push(...records);
    traceBus(bus, 'test').consume({ group: 'g', handle } as unknown as ConsumeOptions);
    const records = [incoming('e1', { traceparent }), incoming('e2', {})];
    await consumed[0]?.handle(transaction().tx, records);
    const [span, ...more] = await spans();
    expect(more).toEqual([]);
    expect(span).toMatchObject({
      traceId,
      parentSpanId: spanId,
      name: 'process things.v1',
      kind: 'consumer',
    });
    expect(span?.attributes).toMatchObject({
      'messaging.consumer.group.name': 'g',
      'messaging.destination.partition.id': '3',
    });
    expect(handled[0]?.headers.traceparent).toBe(`00-${traceId}-${span?.spanId}-01`);
    expect(records[0]?.headers).toEqual({ traceparent });
    expect(handled[1]).toBe(records[1]);
  });

  it('fails the spans of a batch whose handler throws', async () => {
    const { bus, consumed } = recordingBus();
    const handle = () => Promise.reject(new Error('no'));
    traceBus(bus, 'test').consume({ group: 'g', handle } as unknown as ConsumeOptions);
    const batch = consumed[0]?.handle(transaction().tx, [incoming('e1', { traceparent })]);
    await expect(batch).rejects.toThrow('no');
    expect(await spans()).toMatchObject([{ failed: true, attributes: { 'error.type': 'INTERNAL' } }]);
  });
});

import { startTraceCollector, type TraceCollector } from '@omnigate/testkit';
import { beginSpan, failSpan, isTracing, SpanKind, traceFields, traceparentOf } from './spans';
import { startTracing } from './start-tracing';

const parent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const traceId = parent.slice(3, 35);

describe('without a collector', () => {
  it('makes no spans, and hands no context on', async () => {
    const tracing = startTracing({ service: 'test', ratio: 1 });
    expect(isTracing()).toBe(false);
    expect(beginSpan('a', SpanKind.INTERNAL, parent)).toBeUndefined();
    expect(traceparentOf(undefined)).toBeUndefined();
    failSpan(undefined, new Error('nothing to tell'));
    await tracing.stop();
  });
});

describe('with a collector', () => {
  let collector: TraceCollector;
  beforeEach(async () => {
    collector = await startTraceCollector();
  });
  afterEach(() => collector.stop());

  const start = (ratio = 1) => startTracing({ service: 'test', endpoint: `${collector.url}/`, ratio });

  it('hands all spans over by the time it has stopped', async () => {
    const tracing = start();
    const first = beginSpan('first', SpanKind.SERVER);
    const second = beginSpan('second', SpanKind.CLIENT, traceparentOf(first));
    second?.setAttributes({ text: 'a', number: 7, flag: true });
    failSpan(second, new Error('what somebody wrote'));
    first?.end();
    await tracing.stop();
    expect(isTracing()).toBe(false);
    const [child, root] = collector.spans;
    expect(root).toMatchObject({ name: 'first', kind: 'server', parentSpanId: '', failed: false });
    expect(child).toMatchObject({ name: 'second', kind: 'client', service: 'test', failed: true });
    expect(child).toMatchObject({ traceId: root?.traceId, parentSpanId: root?.spanId });
    expect(child?.attributes).toEqual({ text: 'a', number: 7, flag: true, 'error.type': 'INTERNAL' });
  });

  it.each([
    { name: 'goes on in the trace of its parent', from: parent, goesOn: true },
    { name: 'takes a later version', from: `cc${parent.slice(2)}-what-comes`, goesOn: true },
    { name: 'begins anew without a parent', from: '', goesOn: false },
    { name: 'begins anew after what is no traceparent', from: 'GET / HTTP/1.1', goesOn: false },
    { name: 'begins anew after version ff', from: `ff${parent.slice(2)}`, goesOn: false },
    {
      name: 'begins anew after an id of zeros',
      from: `00-${'0'.repeat(32)}${parent.slice(35)}`,
      goesOn: false,
    },
  ])('$name', async ({ from, goesOn }) => {
    const tracing = start();
    const span = beginSpan('a', SpanKind.INTERNAL, from);
    expect(span?.spanContext().traceId === traceId).toBe(goesOn);
    expect(traceparentOf(span)).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
    await tracing.stop();
  });

  it('keeps no new trace at ratio 0, says so to whoever comes next, and keeps what others keep', async () => {
    const tracing = start(0);
    const dropped = beginSpan('dropped', SpanKind.INTERNAL);
    expect(traceparentOf(dropped)).toMatch(/-00$/);
    const after = beginSpan('dropped too', SpanKind.INTERNAL, traceparentOf(dropped));
    expect(after?.spanContext().traceId).toBe(dropped?.spanContext().traceId);
    const kept = beginSpan('kept', SpanKind.INTERNAL, parent);
    for (const span of [kept, after, dropped]) span?.end();
    await tracing.stop();
    expect(collector.spans.map(({ name }) => name)).toEqual(['kept']);
  });

  it('stops when the collector is away', async () => {
    const tracing = start();
    await collector.stop();
    beginSpan('lost', SpanKind.INTERNAL)?.end();
    await tracing.stop();
  });
});

it('gives log lines the id of a trace, and nothing where there is none', () => {
  expect({ ...traceFields(parent) }).toEqual({ trace_id: traceId });
  expect({ ...traceFields(undefined) }).toEqual({});
  expect({ ...traceFields('no traceparent') }).toEqual({});
});

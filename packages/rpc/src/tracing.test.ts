import { AppError } from '@omnigate/errors';
import { startTracing } from '@omnigate/runtime';
import { type ReceivedSpan, startTraceCollector, type TraceCollector } from '@omnigate/testkit';
import { createInProcessClient } from './in-process-client';
import { botClient, botService, endAll, failureOf, replyOf, start } from './loopback.fixture';
import type { CallContext } from './service';

const parentSpan = 'b7ad6b7169203331';
const traceparent = `00-0af7651916cd43dd8448eb211c80319c-${parentSpan}-01`;
const ask = 'omnigate.bot.v1.BotService/Ask';

let collector: TraceCollector;
let tracing: { stop(): Promise<void> };
beforeEach(async () => {
  collector = await startTraceCollector();
});
afterEach(async () => {
  await endAll();
  await tracing.stop();
  await collector.stop();
});

const trace = (endpoint: string | undefined) => {
  tracing = startTracing({ service: 'test', endpoint, ratio: 1 });
};
/** A bot that keeps the trace context of its calls. */
function seeingBot() {
  const seen: (string | undefined)[] = [];
  const service = botService(async (_request: unknown, context: CallContext) => {
    seen.push(context.traceparent);
    return { actions: [replyOf('hi')], dialogueState: '', evidence: undefined };
  });
  return { seen, service };
}
async function spans(): Promise<Map<string, ReceivedSpan>> {
  await tracing.stop();
  return new Map(collector.spans.map((span) => [span.kind, span]));
}

it('a call over gRPC is a span at either end, and its handler knows the inner one', async () => {
  trace(collector.url);
  const { seen, service } = seeingBot();
  const { address, lines } = await start(service);
  await botClient(address, 'owner-key').ask({}, { traceparent });
  const made = await spans();
  const [client, server] = [made.get('client'), made.get('server')];
  expect(client).toMatchObject({ name: ask, parentSpanId: parentSpan });
  expect(server).toMatchObject({ name: ask, parentSpanId: client?.spanId, traceId: client?.traceId });
  expect(server?.attributes).toMatchObject({ 'rpc.system': 'grpc', 'rpc.method': 'Ask' });
  expect(seen).toEqual([`00-${server?.traceId}-${server?.spanId}-01`]);
  expect(lines.find((line) => line.message === 'rpc')).toMatchObject({ trace_id: server?.traceId });
});

it('a call in process is one span', async () => {
  trace(collector.url);
  const { seen, service } = seeingBot();
  await createInProcessClient(service).ask({}, { traceparent });
  const made = await spans();
  expect([...made.keys()]).toEqual(['internal']);
  const inner = made.get('internal');
  expect(inner).toMatchObject({ name: ask, parentSpanId: parentSpan });
  expect(seen).toEqual([`00-${inner?.traceId}-${inner?.spanId}-01`]);
});

it('a failed call fails its spans, with the code', async () => {
  trace(collector.url);
  const { address } = await start(botService(() => Promise.reject(new AppError('BOT_BUSY'))));
  await failureOf(botClient(address, 'owner-key').ask({}, { traceparent }));
  const failed = { failed: true, attributes: { 'error.type': 'BOT_BUSY' } };
  const made = await spans();
  expect([made.get('client'), made.get('server')]).toMatchObject([failed, failed]);
});

it('where nothing is traced the context of the caller is handed on as it is', async () => {
  trace(undefined);
  const { seen, service } = seeingBot();
  const { address } = await start(service);
  await botClient(address, 'owner-key').ask({}, { traceparent });
  await createInProcessClient(service).ask({}, { traceparent });
  expect(seen).toEqual([traceparent, traceparent]);
});

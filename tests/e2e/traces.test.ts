import {
  type LaunchedOmnigate,
  launchOmnigate,
  type ReceivedSpan,
  startTraceCollector,
  type TraceCollector,
} from '@omnigate/testkit';
import { eventually } from '../journeys/eventually';
import { openSmsShop, type SmsShop } from '../journeys/sms-shop';

describe('traces', () => {
  let collector: TraceCollector;
  let omnigate: LaunchedOmnigate;
  let shop: SmsShop;

  beforeAll(async () => {
    collector = await startTraceCollector();
    omnigate = await launchOmnigate({ env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url } });
    shop = await openSmsShop(omnigate);
  }, 120_000);
  afterAll(async () => {
    await shop?.twilio.stop();
    await omnigate?.close();
    await collector?.stop();
  }, 60_000);

  /** Sends a question and returns the spans of its trace, once there are some of each name. */
  async function traceOf(body: string, customer: string, names: readonly string[]): Promise<ReceivedSpan[]> {
    const before = new Set(collector.spans.map((span) => span.traceId));
    await shop.twilio.inbound({ url: shop.webhookUrl, from: customer, body });
    return eventually(
      () => {
        const root = collector.spans.find(
          (span) => span.name === webhook && span.parentSpanId === '' && !before.has(span.traceId),
        );
        const trace = collector.spans.filter((span) => span.traceId === root?.traceId);
        return names.every((name) => trace.some((span) => span.name === name)) ? trace : undefined;
      },
      { what: 'the whole trace' },
    );
  }

  const webhook = 'POST /webhooks/{channel_type}/{channel_id}';
  const ask = 'omnigate.bot.v1.BotService/Ask';
  const send = 'omnigate.message.send.channel-webhooks.v1';
  const received = 'omnigate.message.received.v1';
  const status = 'omnigate.message.status.v1';
  const path = [
    webhook,
    `send ${received}`,
    `process ${received}`,
    'bot turn',
    `send ${send}`,
    `process ${send}`,
    'send sms-twilio',
    'POST',
  ];

  test('one trace runs from the webhook to the provider’s answer', async () => {
    const all = [...path, ask, 'think', `send ${status}`, `process ${status}`];
    const trace = await traceOf('物业费怎么交？', '+8613800000011', all);
    const named = (name: string) => trace.find((span) => span.name === name) as ReceivedSpan;
    const byId = new Map(trace.map((span) => [span.spanId, span]));
    const pathTo = (span: ReceivedSpan | undefined): string[] =>
      span ? [...pathTo(byId.get(span.parentSpanId)), span.name] : [];
    expect(pathTo(named('POST'))).toEqual(path);
    expect(pathTo(named('think')).slice(0, 4)).toEqual(path.slice(0, 4));
    expect(pathTo(named('think'))).toContain(ask);
    expect(pathTo(named(`process ${status}`))).toEqual([
      ...path.slice(0, 6),
      `send ${status}`,
      `process ${status}`,
    ]);
    expect(named(webhook)).toMatchObject({
      kind: 'server',
      attributes: { 'http.response.status_code': 200, 'omnigate.channel_id': shop.channelId },
    });
    expect(named('POST')).toMatchObject({
      kind: 'client',
      attributes: { 'http.response.status_code': 201, 'server.address': '127.0.0.1' },
    });
    expect(trace.filter((span) => span.failed)).toEqual([]);
  });

  test('a person’s place in the queue is told in the trace of the question', async () => {
    const trace = await traceOf('我要投诉，转人工', '+8613800000012', path);
    expect(trace.filter((span) => span.name === 'POST')).toHaveLength(1);
  });

  test('traces hold ids, and nothing of what people wrote or of who they are', async () => {
    const customer = '+8613800000013';
    await traceOf('我的暗号是芝麻开门', customer, path);
    const all = JSON.stringify(collector.spans);
    expect(all).toContain(shop.channelId);
    for (const personal of [customer, customer.slice(1), '芝麻', 'token-of-shop-sms'])
      expect(all).not.toContain(personal);
  });

  test('log lines name the trace', async () => {
    shop.twilio.fault({ code: 21211 });
    const trace = await traceOf('物业费怎么交？', '+8613800000014', path);
    const line = await eventually(
      () =>
        omnigate
          .output()
          .split('\n')
          .find((each) => each.includes('"delivery failed"')),
      { what: 'the log line' },
    );
    expect(JSON.parse(line)).toMatchObject({ trace_id: trace[0]?.traceId });
    const sendSpan = trace.find((span) => span.name === 'send sms-twilio');
    expect(sendSpan).toMatchObject({ failed: true, attributes: { 'omnigate.outcome': 'permanent' } });
  });
});

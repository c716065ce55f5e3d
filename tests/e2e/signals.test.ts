import { eventually } from '../journeys/eventually';
import { type OpenedOmnigate, openOmnigate } from '../journeys/open-omnigate';
import { openSmsShop, type SmsShop } from '../journeys/sms-shop';
import { openWebShop } from '../journeys/web-shop';

/** Every adapter and consumer; a new one is one line. */
const parts = [
  'channel-webhooks.webhook',
  'channel-webhooks.received',
  'channel-webhooks.send',
  'channel-web.received',
  'channel-web.send',
  'bus.routing',
  'bus.channel-webhooks',
  'bus.channel-web',
  'bus.directory',
];

describe('signals', () => {
  let omnigate: OpenedOmnigate;
  let shop: SmsShop;
  /** Other files' customers may have been refused before. */
  let refusedBefore: number;

  beforeAll(async () => {
    omnigate = await openOmnigate();
    shop = await openSmsShop(omnigate);
    const customer = '+8613800000091';
    await shop.twilio.inbound({ url: shop.webhookUrl, from: customer, body: '物业费怎么交？' });
    refusedBefore = refused(await samples());
    await fetch(shop.webhookUrl, { method: 'POST', body: 'unsigned' });
    const visitor = (await openWebShop(omnigate)).visitor();
    await visitor.connect();
    await visitor.say('when will my order ship?');
    await visitor.message(({ from }) => from.role === 'bot');
    visitor.drop();
    await eventually(() => shop.twilio.messages.length === 1, { what: 'the answer' });
  }, 120_000);
  afterAll(async () => {
    await shop?.twilio.stop();
    await omnigate?.close();
  }, 60_000);

  /** Values by `name{labels}`; in the cluster form the sums over all processes, which a label names there. */
  async function samples(): Promise<Map<string, number>> {
    const response = await fetch(`${omnigate.httpUrl}/metrics`);
    expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    const lines = (await response.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    const sums = new Map<string, number>();
    for (const line of lines) {
      const at = line.lastIndexOf(' ');
      const name = line
        .slice(0, at)
        .replace(/process="[^"]*",?/, '')
        .replace('{}', '');
      sums.set(name, (sums.get(name) ?? 0) + Number(line.slice(at + 1)));
    }
    return sums;
  }

  const refused = (found: Map<string, number>): number =>
    found.get('omnigate_failed_total{part="channel-webhooks.webhook",stage="verify"}') ?? 0;

  test.each(parts)(
    '%s tells what it received and did, how long it took and how long things waited',
    async (part) => {
      await eventually(
        async () => {
          const found = await samples();
          const value = (name: string) => found.get(`omnigate_${name}{part="${part}"}`) ?? 0;
          expect(value('received_total')).toBeGreaterThan(0);
          expect(value('done_total')).toBeGreaterThan(0);
          expect(value('duration_seconds_count')).toBeGreaterThan(0);
          expect(found.has(`omnigate_lag_seconds{part="${part}"}`)).toBe(true);
          return true;
        },
        { what: `the signals of ${part}` },
      );
    },
  );

  test('what is refused counts by its stage, and no label tells of a customer', async () => {
    const found = await samples();
    expect(refused(found)).toBe(refusedBefore + 1);
    expect([...found.keys()].join('\n')).not.toMatch(/\d{7}|[0-9a-f]{8}-[0-9a-f]{4}-/);
  });
});

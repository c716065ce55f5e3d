import { ConversationServiceService } from '@omnigate/contracts';
import { type FreshDatabase, freshDatabase, type LaunchedOmnigate, launchOmnigate } from '@omnigate/testkit';
import { type CuttableLine, openCuttableLine } from '../journeys/cuttable-line';
import { eventually } from '../journeys/eventually';
import { openSmsShop, type SmsShop } from '../journeys/sms-shop';

describe('a database of one’s own', () => {
  let database: FreshDatabase;
  let line: CuttableLine;
  let omnigate: LaunchedOmnigate;
  let shop: SmsShop;

  beforeAll(async () => {
    database = await freshDatabase([]);
    line = await openCuttableLine(database.url);
    omnigate = await launchOmnigate({ env: { DATABASE_URL: line.url } });
    shop = await openSmsShop(omnigate);
  }, 120_000);
  afterAll(async () => {
    await shop?.twilio.stop();
    await omnigate?.close();
    await line?.close();
    await database?.drop();
  }, 60_000);

  const statusOf = async (path: string): Promise<number> =>
    (await fetch(`${omnigate.httpUrl}${path}`)).status;
  const answers = (customer: string) => shop.twilio.messages.filter(({ to }) => to === customer);

  test('that is away: nothing is acknowledged that could be lost, and all of it is answered when it is back', async () => {
    const before = { url: shop.webhookUrl, from: '+8613800000061', body: '物业费怎么交？' };
    await shop.twilio.inbound(before);
    await eventually(() => answers(before.from).length === 1, { what: 'an answer' });

    line.cut();
    const during = { ...before, from: '+8613800000062', messageSid: `SM${'6'.repeat(32)}` };
    const [refused] = await shop.twilio.inbound(during);
    expect(refused?.status).toBe(503);
    expect(Number(refused?.headers['retry-after'])).toBeGreaterThan(0);
    expect(await statusOf('/livez')).toBe(200);
    await eventually(async () => (await statusOf('/readyz')) === 503, { what: '/readyz 503' });
    await expect(
      omnigate.client(ConversationServiceService).listConversations({ channel: 'shop-sms' }),
    ).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' });

    line.mend();
    await eventually(async () => (await statusOf('/readyz')) === 200, { what: '/readyz 200' });
    const again = await eventually(async () => {
      const [answer] = await shop.twilio.inbound(during);
      return answer?.status === 200 ? answer : undefined;
    });
    expect(again.status).toBe(200);
    await shop.twilio.inbound(during);
    await eventually(() => answers(during.from).length > 0, { what: 'the answer after it' });
    const { conversations } = await omnigate
      .client(ConversationServiceService)
      .listConversations({ channel: 'shop-sms', address: during.from });
    expect(conversations.map(({ inboundCount }) => inboundCount)).toEqual([1]);
    expect([before, during].map(({ from }) => answers(from).length)).toEqual([1, 1]);
  });
});

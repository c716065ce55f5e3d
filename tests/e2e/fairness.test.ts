import { DirectoryServiceService } from '@omnigate/contracts';
import { eventually } from '../journeys/eventually';
import { type OpenedOmnigate, openOmnigate } from '../journeys/open-omnigate';
import { openSmsShop, resource, type SmsShop } from '../journeys/sms-shop';
import { openWebShop } from '../journeys/web-shop';

const floodSize = 3_000;

describe('a flood of one tenant', () => {
  let omnigate: OpenedOmnigate;
  let flooded: SmsShop;
  let quiet: SmsShop;

  beforeAll(async () => {
    omnigate = await openOmnigate();
    const tenant = resource('Tenant', 'flooded', {});
    await omnigate.client(DirectoryServiceService).applyResources({ resources: [tenant] });
    const article = resource('KnowledgeArticle', 'fee', {
      language: 'zh',
      question: '物业费怎么交？',
      answer: '在公众号里点“缴费”。',
    });
    flooded = await openSmsShop(omnigate, {
      name: 'flooded-sms',
      tenant: 'flooded',
      // Less than any machine answers: what waits to be sent grows, and goes on waiting.
      spec: { max_per_second: 200 },
      resources: [article],
    });
    quiet = await openSmsShop(omnigate, { name: 'quiet-sms' });
  }, 120_000);
  afterAll(async () => {
    await flooded?.twilio.stop();
    await quiet?.twilio.stop();
    await omnigate?.close();
  }, 60_000);

  test('scenario 24: the others are answered while most of it still waits, and all of it is answered in the end', async () => {
    const web = await openWebShop(omnigate);
    const visitor = web.visitor();
    await visitor.connect();
    const flood = Promise.all(
      Array.from({ length: floodSize }, (_, index) =>
        flooded.twilio.inbound({
          url: flooded.webhookUrl,
          from: `+8613900${String(index).padStart(6, '0')}`,
          body: '物业费怎么交？',
        }),
      ),
    );
    const answered = () => flooded.twilio.messages.length;
    await eventually(() => answered() > 50, { what: 'the flood to be under way' });

    for (let round = 0; round < 3; round += 1) {
      const before = answered();
      const customer = `+861380000008${round}`;
      const seen = visitor.messages.length;
      await Promise.all([
        quiet.twilio.inbound({ url: quiet.webhookUrl, from: customer, body: '发票怎么开' }),
        visitor.say(['物业费怎么交？', '发票怎么开', '退货要几天'][round] ?? ''),
      ]);
      await Promise.all([
        eventually(() => quiet.twilio.messages.some(({ to }) => to === customer), { what: 'the SMS' }),
        eventually(() => visitor.messages.slice(seen).some(({ from }) => from.role === 'bot'), {
          what: 'the chat answer',
        }),
      ]);
      // In one line with the flood they would have waited for all that was left of it.
      expect(answered() - before).toBeLessThan((floodSize - before) / 2);
    }
    visitor.drop();

    const statuses = (await flood).flat().map(({ status }) => status);
    expect(new Set(statuses)).toEqual(new Set([200]));
    await eventually(() => answered() >= floodSize, { what: 'the whole flood answered', timeoutMs: 90_000 });
    expect(new Set(flooded.twilio.messages.map(({ to }) => to)).size).toBe(floodSize);
    expect(flooded.twilio.attempts).toHaveLength(floodSize);
  }, 150_000);
});

import {
  BotServiceService,
  ConversationServiceService,
  DeliveryServiceService,
  DeliveryState,
  DirectoryServiceService,
} from '@omnigate/contracts';
import { createClient, type ServiceDefinition } from '@omnigate/rpc';
import { type LaunchedCluster, launchCluster, type WebVisitor } from '@omnigate/testkit';
import { demoArticles } from '../journeys/demo-knowledge';
import { eventually } from '../journeys/eventually';
import { openSmsShop, type SmsShop } from '../journeys/sms-shop';
import { openWebShop } from '../journeys/web-shop';

const question = 'when will my order ship?';
const answer = /ship the same working day/;

describe('every service in a process of its own', () => {
  let cluster: LaunchedCluster;
  let shop: SmsShop;
  const visitors: WebVisitor[] = [];

  beforeAll(async () => {
    cluster = await launchCluster();
    shop = await openSmsShop(cluster, {
      twilio: { callbacks: ['sent', 'delivered'] },
      resources: demoArticles(),
    });
  }, 120_000);
  afterAll(async () => {
    for (const visitor of visitors) visitor.drop();
    await shop?.twilio.stop();
    await cluster?.close();
  }, 60_000);

  const ask = async (from: string) => {
    const answers = await shop.twilio.inbound({ url: shop.webhookUrl, from, body: question });
    expect(answers.map(({ status }) => status)).toEqual([200]);
  };
  const sentTo = (customer: string) =>
    shop.twilio.messages.filter(({ to }) => to === customer).map(({ body }) => body);
  const conversationOf = async (address: string) =>
    (await cluster.client(ConversationServiceService).listConversations({ address })).conversations[0];
  const newVisitor = async () => {
    const web = await openWebShop(cluster);
    const visitor = web.visitor();
    visitors.push(visitor);
    await visitor.connect();
    return visitor;
  };

  test('an SMS is answered by the bot, once, and its delivery is known', async () => {
    const customer = '+8613800000101';
    await ask(customer);
    await eventually(() => sentTo(customer).length > 0, { what: 'the answer' });
    await shop.twilio.settled();
    expect(sentTo(customer)).toEqual([expect.stringMatching(answer)]);
    const conversationId = (await conversationOf(customer))?.id ?? '';
    const deliveries = cluster.client(DeliveryServiceService);
    await eventually(
      async () =>
        (await deliveries.listDeliveries({ conversationId })).deliveries[0]?.state ===
        DeliveryState.DELIVERY_STATE_DELIVERED,
      { what: 'the receipt' },
    );
  });

  test('a visitor of web chat is answered', async () => {
    const visitor = await newVisitor();
    await visitor.say(question);
    expect((await visitor.message(({ from }) => from.role === 'bot')).content.text).toMatch(answer);
  });

  test('each has health and metrics on its HTTP port, and health of its own services on its gRPC port', async () => {
    for (const name of ['directory', 'routing', 'bot', 'channel-webhooks', 'channel-web'] as const) {
      const { http } = cluster.portsOf(name);
      const [live, ready, metrics] = await Promise.all(
        ['livez', 'readyz', 'metrics'].map((path) => fetch(`http://${http}/${path}`)),
      );
      expect([live?.status, ready?.status, metrics?.status]).toEqual([200, 200, 200]);
      expect(await metrics?.text()).toContain('omnigate_');
      expect(await ready?.json()).toEqual({
        ready: true,
        checks: { started: true, schema: true, bus: true, directory: true, database: true },
      });
    }
  });

  test('a key that is neither a service’s nor an API key is refused by every server', async () => {
    const services = {
      directory: DirectoryServiceService,
      routing: ConversationServiceService,
      bot: BotServiceService,
    };
    for (const name of ['directory', 'routing', 'bot'] as const) {
      const address = cluster.portsOf(name).grpc ?? '';
      const stranger = createClient<ServiceDefinition>(services[name], { address, apiKey: 'key-of-nobody' });
      const calls = Object.keys(services[name]).map((method) => stranger[method]?.({} as never));
      const refusals = await Promise.allSettled(calls.filter((call) => call instanceof Promise));
      expect(refusals.length).toBeGreaterThan(0);
      for (const refusal of refusals)
        expect(refusal).toMatchObject({ status: 'rejected', reason: { code: 'UNAUTHENTICATED' } });
      stranger.close();
    }
  });

  test.each(['directory', 'bot', 'routing', 'channel-webhooks', 'channel-web'] as const)(
    '%s stops at SIGTERM, comes back, and nothing was lost',
    async (name) => {
      const visitor = await newVisitor();
      const customer = `+86138000002${name.length}`;
      expect(await cluster.end(name, 'SIGTERM')).toBe(0);
      if (name === 'channel-webhooks') await cluster.startAgain(name);
      await ask(customer);
      if (name !== 'channel-webhooks') await cluster.startAgain(name);
      await eventually(() => sentTo(customer).length > 0, { what: 'the answer' });
      expect(sentTo(customer)).toHaveLength(1);
      visitor.drop();
    },
    60_000,
  );
});

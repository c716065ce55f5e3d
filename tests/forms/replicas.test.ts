import { randomUUID } from 'node:crypto';
import { ConversationOwner, ConversationServiceService, DirectoryServiceService } from '@omnigate/contracts';
import { createClient } from '@omnigate/rpc';
import { type LaunchedCluster, launchCluster } from '@omnigate/testkit';
import { openAgentDesk } from '../journeys/agent-desk';
import { demoArticles } from '../journeys/demo-knowledge';
import { eventually } from '../journeys/eventually';
import { openSmsShop, resource, type SmsShop } from '../journeys/sms-shop';

const question = 'when will my order ship?';
const answer = /ship the same working day/;

describe('two processes of each service', () => {
  let cluster: LaunchedCluster;
  let shop: SmsShop;
  let customers = 0;

  beforeAll(async () => {
    const replicas = { directory: 2, bot: 2, routing: 2, 'channel-webhooks': 2 };
    cluster = await launchCluster({ replicas });
    shop = await openSmsShop(cluster, { resources: demoArticles() });
  }, 120_000);
  afterAll(async () => {
    await shop?.twilio.stop();
    await cluster?.close();
  }, 60_000);

  const newCustomer = (): string => {
    customers += 1;
    return `+86139${String(customers).padStart(8, '0')}`;
  };
  /** Every message is delivered by its provider until it is acknowledged, as providers do. */
  const ask = async (from: string, body = question): Promise<void> => {
    await eventually(
      async () => (await shop.twilio.inbound({ url: shop.webhookUrl, from, body })).at(-1)?.status === 200,
      { what: 'an acknowledgement' },
    );
  };
  const sentTo = (customer: string) =>
    shop.twilio.messages.filter(({ to }) => to === customer).map(({ body }) => body);
  const answered = async (list: readonly string[]) => {
    await eventually(() => list.every((customer) => sentTo(customer).length > 0), {
      what: 'all answers',
      timeoutMs: 45_000,
    });
    for (const customer of list) expect(sentTo(customer)).toEqual([expect.stringMatching(answer)]);
  };
  const many = (count: number) => Array.from({ length: count }, newCustomer);

  test('every customer is answered once, and both processes of the adapter have taken part', async () => {
    const list = many(40);
    await Promise.all(list.map((customer) => ask(customer)));
    await answered(list);
    for (const place of [0, 1]) {
      const { http } = cluster.portsOf('channel-webhooks', place);
      const metrics = await (await fetch(`http://${http}/metrics`)).text();
      const received = /^omnigate_received_total\{part="channel-webhooks.received"\} (\d+)/m.exec(metrics);
      expect(Number(received?.[1])).toBeGreaterThan(0);
    }
  });

  test('what comes one after the other from a customer is answered in that order', async () => {
    const customer = newCustomer();
    await ask(customer);
    await answered([customer]);
    await ask(customer, '物业费怎么交？');
    await eventually(() => sentTo(customer).length === 2, { what: 'the second answer' });
    expect(sentTo(customer)[1]).toMatch(/[\u4e00-\u9fff]/);
  });

  test('a change that one process of directory took is everywhere within two seconds', async () => {
    const [first, second] = [0, 1].map((place) => cluster.portsOf('directory', place).grpc ?? '');
    const apiKey = 'key-that-is-made-now';
    const admin = createClient(DirectoryServiceService, { address: first ?? '', apiKey: cluster.apiKey });
    await admin.applyResources({ resources: [resource('ApiKey', 'new', { role: 'auditor', key: apiKey })] });
    const directory = createClient(DirectoryServiceService, { address: second ?? '', apiKey });
    const routing = [0, 1].map((place) => {
      const address = cluster.portsOf('routing', place).grpc ?? '';
      return createClient(ConversationServiceService, { address, apiKey });
    });
    const everywhere = async () => {
      await directory.listResources({ kind: 'Team' });
      for (const each of routing) await each.listConversations({});
      return true;
    };
    await eventually(everywhere, { timeoutMs: 2_000, what: 'the new key' });
    for (const client of [admin, directory, ...routing]) client.close();
  });

  test('an agent is offered what another process has queued, and answers', async () => {
    const customer = newCustomer();
    const desk = await openAgentDesk(cluster, { name: 'desk-1' });
    await desk.comeOnline();
    await ask(customer, '转人工');
    const { id: offerId, conversationId } = await desk.nextOffer();
    await desk.routing.acceptOffer({ offerId });
    const conversation = { conversationId, requestId: randomUUID() };
    const content = { kind: { $case: 'text' as const, value: { body: 'Here is a person.' } } };
    await desk.conversations.sendMessage({ ...conversation, content });
    await eventually(() => sentTo(customer).includes('Here is a person.'), { what: 'the words' });
    await desk.goOffline();
    desk.close();
  });

  test.each(['routing', 'bot'] as const)(
    'a %s that dies under load loses nothing, and nobody is answered twice',
    async (name) => {
      const list = many(60);
      const asking = list.map((customer) => ask(customer));
      await cluster.end(name, 'SIGKILL', 1);
      await Promise.all(asking);
      await answered(list);
      await cluster.startAgain(name, 1);
      const later = many(10);
      await Promise.all(later.map((customer) => ask(customer)));
      await answered(later);
    },
    90_000,
  );

  test('processes of each service that are replaced one by one under load lose nothing', async () => {
    const list: string[] = [];
    let loading = true;
    const load = (async () => {
      while (loading) {
        const customer = newCustomer();
        list.push(customer);
        await ask(customer);
      }
    })();
    for (const name of ['channel-webhooks', 'routing', 'bot', 'directory'] as const) {
      for (const place of [0, 1]) {
        expect([name, place, await cluster.end(name, 'SIGTERM', place)]).toEqual([name, place, 0]);
        await cluster.startAgain(name, place);
      }
    }
    loading = false;
    await load;
    expect(list.length).toBeGreaterThan(20);
    await answered(list);
  }, 120_000);

  test('without a bot a person gets the conversation, and the customer is told', async () => {
    const customer = newCustomer();
    for (const place of [0, 1]) await cluster.end('bot', 'SIGTERM', place);
    await ask(customer);
    await eventually(() => sentTo(customer).length > 0, { what: 'word of a person', timeoutMs: 30_000 });
    const { conversations } = await cluster
      .client(ConversationServiceService)
      .listConversations({ address: customer });
    expect(conversations.map(({ owner }) => owner)).toEqual([ConversationOwner.CONVERSATION_OWNER_QUEUE]);
    for (const place of [0, 1]) await cluster.startAgain('bot', place);
  }, 60_000);
});

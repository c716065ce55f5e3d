import {
  AnalyticsServiceService,
  BotServiceService,
  ConversationOwner,
  ConversationServiceService,
  DirectoryServiceService,
  IntegrationServiceService,
  TicketServiceService,
} from '@omnigate/contracts';
import { createClient, type ServiceDefinition } from '@omnigate/rpc';
import {
  createWebVisitor,
  type LaunchedOmnigate,
  launchOmnigate,
  type ServiceName,
  serviceRows,
  type WebVisitor,
} from '@omnigate/testkit';
import { demoArticles } from '../journeys/demo-knowledge';
import { eventually } from '../journeys/eventually';
import { pidsOf, processesBelow } from '../journeys/process-list';
import { replicaAddresses } from '../journeys/replica-addresses';
import { openSmsShop, resource, type SmsShop } from '../journeys/sms-shop';
import { openWebShop } from '../journeys/web-shop';

const replicated = serviceRows.filter(({ alone }) => !alone).map(({ name }) => name);
const question = 'when will my order ship?';
const answer = /ship the same working day/;
/** Well below the time after which a page that was not woken looks by itself. */
const wokenMs = 10_000;

describe('two processes of each service, each looked at by itself', () => {
  let omnigate: LaunchedOmnigate;
  let shop: SmsShop;
  let customers = 0;
  const visitors: WebVisitor[] = [];

  beforeAll(async () => {
    omnigate = await launchOmnigate({ form: 'cluster', env: { OMNIGATE_DEMO: '0' } });
    shop = await openSmsShop(omnigate, { resources: demoArticles() });
  }, 240_000);
  afterAll(async () => {
    for (const visitor of visitors) visitor.drop();
    await shop?.twilio.stop();
    await omnigate?.close();
  }, 60_000);

  const addressesOf = (name: ServiceName) => replicaAddresses(omnigate.output(), name);
  const many = (count: number): string[] =>
    Array.from({ length: count }, () => `+86139${String(customers++).padStart(8, '0')}`);
  const ask = async (from: string, body = question): Promise<void> => {
    const answers = await shop.twilio.inbound({ url: shop.webhookUrl, from, body });
    expect(answers.map(({ status }) => status)).toEqual([200]);
  };
  const sentTo = (customer: string) =>
    shop.twilio.messages.filter(({ to }) => to === customer).map(({ body }) => body);
  const count = async (http: string, metric: RegExp): Promise<number> =>
    Number(metric.exec(await (await fetch(`http://${http}/metrics`)).text())?.[1] ?? 0);

  test('each has health and metrics on its HTTP port', async () => {
    for (const name of replicated) {
      expect(addressesOf(name)).toHaveLength(2);
      for (const { http } of addressesOf(name)) {
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
    }
  });

  test('a key that is neither a service’s nor an API key is refused by every server', async () => {
    const services: Partial<Record<ServiceName, ServiceDefinition>> = {
      analytics: AnalyticsServiceService,
      directory: DirectoryServiceService,
      routing: ConversationServiceService,
      bot: BotServiceService,
      ticket: TicketServiceService,
      integration: IntegrationServiceService,
    };
    for (const { name } of serviceRows.filter(({ grpc }) => grpc)) {
      const service = services[name];
      if (!service) throw new Error(`${name} is not called`);
      for (const { grpc: address = '' } of addressesOf(name)) {
        const stranger = createClient<ServiceDefinition>(service, {
          address,
          apiKey: 'key-of-nobody',
        });
        const calls = Object.keys(service).map((method) => stranger[method]?.({} as never));
        const refusals = await Promise.allSettled(calls.filter((call) => call instanceof Promise));
        expect(refusals.length).toBeGreaterThan(0);
        for (const refusal of refusals)
          expect(refusal).toMatchObject({ status: 'rejected', reason: { code: 'UNAUTHENTICATED' } });
        stranger.close();
      }
    }
  });

  test('every customer is answered once, and both processes of the adapter have taken part', async () => {
    const list = many(40);
    await Promise.all(list.map((customer) => ask(customer)));
    await eventually(() => list.every((customer) => sentTo(customer).length > 0), { what: 'all answers' });
    for (const customer of list) expect(sentTo(customer)).toEqual([expect.stringMatching(answer)]);
    for (const { http } of addressesOf('channel-webhooks')) {
      const received = /^omnigate_received_total\{part="channel-webhooks.received"\} (\d+)/m;
      expect(await count(http, received)).toBeGreaterThan(0);
    }
  });

  test('a change that one process of directory took is everywhere within two seconds', async () => {
    const [first, second] = addressesOf('directory').map(({ grpc = '' }) => grpc);
    const apiKey = 'key-that-is-made-now';
    const admin = createClient(DirectoryServiceService, { address: first ?? '', apiKey: omnigate.apiKey });
    await admin.applyResources({ resources: [resource('ApiKey', 'new', { role: 'auditor', key: apiKey })] });
    const directory = createClient(DirectoryServiceService, { address: second ?? '', apiKey });
    const routing = addressesOf('routing').map(({ grpc: address = '' }) =>
      createClient(ConversationServiceService, { address, apiKey }),
    );
    const everywhere = async () => {
      await directory.listResources({ kind: 'Team' });
      for (const each of routing) await each.listConversations({});
      return true;
    };
    await eventually(everywhere, { timeoutMs: 2_000, what: 'the new key' });
    for (const client of [admin, directory, ...routing]) client.close();
  });

  test('a visitor on one process of web chat is woken by what the other one puts into the mailbox', async () => {
    const { channelId } = await openWebShop(omnigate);
    const places = addressesOf('channel-web').map(({ http }) => http);
    const sent = /^omnigate_done_total\{part="channel-web.send"\} (\d+)/m;
    for (let number = 0; number < 24; number += 1) {
      const baseUrl = `http://${places[number % 2]}`;
      visitors.push(createWebVisitor({ baseUrl, channelId, timeoutMs: wokenMs }));
    }
    await Promise.all(visitors.map((visitor) => visitor.connect()));
    await Promise.all(visitors.map((visitor) => visitor.say(question)));
    for (const visitor of visitors) {
      const { content } = await visitor.message(({ from }) => from.role === 'bot');
      expect(content.text).toMatch(answer);
    }
    // Partitions are shared out by key, so each process has sent to visitors of the other.
    const sends = await Promise.all(places.map((place) => count(place, sent)));
    expect(sends.reduce((sum, each) => sum + each)).toBe(visitors.length);
    for (const each of sends) expect(each).toBeGreaterThan(0);
  }, 60_000);

  const pidsOfBot = async () => pidsOf(await processesBelow(omnigate.pid()), 'bot');

  test('without a bot a person gets the conversation, and the customer is told', async () => {
    const [customer = ''] = many(1);
    const bots = await pidsOfBot();
    expect(bots).toHaveLength(2);
    for (const pid of bots) process.kill(pid, 'SIGSTOP');
    try {
      await ask(customer);
      await eventually(() => sentTo(customer).length > 0, { what: 'word of a person', timeoutMs: 60_000 });
    } finally {
      for (const pid of await pidsOfBot()) process.kill(pid, 'SIGCONT');
    }
    const { conversations } = await omnigate
      .client(ConversationServiceService)
      .listConversations({ address: customer });
    expect(conversations.map(({ owner }) => owner)).toEqual([ConversationOwner.CONVERSATION_OWNER_QUEUE]);
  }, 90_000);
});

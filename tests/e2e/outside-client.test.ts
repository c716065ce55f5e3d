import { ConversationServiceService, DirectoryServiceService } from '@omnigate/contracts';
import { eventually } from '../journeys/eventually';
import { type OpenedOmnigate, openOmnigate } from '../journeys/open-omnigate';
import { openSmsShop, resource, type SmsShop } from '../journeys/sms-shop';
import { startDeskClient } from '../outside/python';

const listing = 'omnigate.conversation.v1.ConversationService/ListConversations';
const getting = 'omnigate.conversation.v1.ConversationService/GetConversation';
const applying = 'omnigate.directory.v1.DirectoryService/ApplyResources';

describe('a program of somebody else, in another language', () => {
  let omnigate: OpenedOmnigate;
  let shop: SmsShop;
  let agentKey = '';
  let otherKey = '';
  const customer = '+8613800009001';

  beforeAll(async () => {
    omnigate = await openOmnigate({ demo: false });
    shop = await openSmsShop(omnigate);
    const apply = async (tenant: { tenant?: string }, ...resources: ReturnType<typeof resource>[]) => {
      const directory = omnigate.client(DirectoryServiceService, tenant);
      const applied = await directory.applyResources({ resources });
      return String(applied.resources.at(-1)?.resource?.status?.key ?? '');
    };
    agentKey = await apply(
      {},
      resource('Agent', 'noor', { teams: ['default'] }),
      resource('ApiKey', 'noor-key', { role: 'agent', agent: 'noor' }),
    );
    await apply({}, resource('Tenant', 'other-shop'));
    otherKey = await apply({ tenant: 'other-shop' }, resource('ApiKey', 'other-key', { role: 'admin' }));
  }, 120_000);
  afterAll(async () => {
    await shop?.twilio.stop();
    await omnigate?.close();
  }, 60_000);

  const run = (apiKey: string, ...args: string[]) =>
    startDeskClient(omnigate.grpcAddress, apiKey, ...args).ended;
  const call = async (apiKey: string, method: string, request: object) =>
    (await run(apiKey, 'call', method, JSON.stringify(request)))[0];

  test('learns by reflection, without a key, what there is', async () => {
    const [services] = await run('', 'services');
    expect(services).toEqual(
      expect.arrayContaining([
        'grpc.health.v1.Health',
        'omnigate.bot.v1.BotService',
        'omnigate.contact.v1.ContactService',
        'omnigate.conversation.v1.ConversationService',
        'omnigate.delivery.v1.DeliveryService',
        'omnigate.directory.v1.DirectoryService',
        'omnigate.knowledge.v1.KnowledgeService',
        'omnigate.operations.v1.OperationsService',
        'omnigate.routing.v1.RoutingService',
      ]),
    );
  });

  test('watches conversations, accepts an offer and replies', async () => {
    const agent = startDeskClient(omnigate.grpcAddress, agentKey, 'answer', 'Noor here, how can I help?');
    try {
      await eventually(() => agent.lines.some((line) => (line as { watching?: true }).watching));
      await shop.twilio.inbound({ url: shop.webhookUrl, from: customer, body: '转人工' });
      const lines = await agent.ended;
      expect(lines).toContainEqual({ accepted: 'CONVERSATION_OWNER_AGENT' });
      const { conversations } = await omnigate
        .client(ConversationServiceService)
        .listConversations({ address: customer });
      const changed = conversations[0]?.id ?? '';
      expect(lines).toContainEqual({ changed, role: 'PARTY_ROLE_CUSTOMER' });
      expect(lines).toContainEqual({ changed, role: 'PARTY_ROLE_AGENT' });
    } finally {
      agent.kill();
    }
    await eventually(() =>
      shop.twilio.messages.some(({ to, body }) => to === customer && body === 'Noor here, how can I help?'),
    );
  });

  test('is refused without a key, and with one that is nobody’s', async () => {
    expect(await call('', listing, {})).toEqual({ code: 'UNAUTHENTICATED' });
    expect(await call('nobody-has-this-key-0123456789', listing, {})).toEqual({ code: 'UNAUTHENTICATED' });
  });

  test('is refused what its role may not do', async () => {
    const resources = [{ kind: 'Team', metadata: { name: 'night' }, spec: {} }];
    expect(await call(agentKey, applying, { resources })).toEqual({ code: 'PERMISSION_DENIED' });
  });

  test('does not see what is another tenant’s', async () => {
    const { conversations } = await omnigate
      .client(ConversationServiceService)
      .listConversations({ pageSize: 1 });
    const id = conversations[0]?.id ?? '';
    expect(await call(otherKey, getting, { conversation_id: id })).toEqual({ code: 'NOT_FOUND' });
    expect(await call(otherKey, listing, {})).toEqual({});
  });
});

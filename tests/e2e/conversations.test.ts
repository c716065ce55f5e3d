import { randomUUID } from 'node:crypto';
import {
  ContactServiceService,
  type Content,
  ConversationOwner,
  ConversationServiceService,
  DeliveryServiceService,
  Direction,
  DirectoryServiceService,
} from '@omnigate/contracts';
import { type AgentDesk, openAgentDesk } from '../journeys/agent-desk';
import { eventually } from '../journeys/eventually';
import { type OpenedOmnigate, openOmnigate } from '../journeys/open-omnigate';
import { openSmsShop, resource, type SmsShop } from '../journeys/sms-shop';

const text = (body: string): Content => ({ kind: { $case: 'text', value: { body } } });
const { CONVERSATION_OWNER_BOT, CONVERSATION_OWNER_QUEUE } = ConversationOwner;

describe('conversations over gRPC', () => {
  let omnigate: OpenedOmnigate;
  let shop: SmsShop;
  let desk: AgentDesk;
  let customers = 0;
  const shops: SmsShop[] = [];

  beforeAll(async () => {
    omnigate = await openOmnigate();
    shop = await openSmsShop(omnigate);
    shops.push(shop);
    desk = await openAgentDesk(omnigate, { name: 'rosa', displayName: 'Rosa' });
    await desk.comeOnline();
  }, 120_000);
  afterAll(async () => {
    desk?.close();
    for (const { twilio } of shops) await twilio.stop();
    await omnigate?.close();
  }, 60_000);

  const newCustomer = (): string => `+861380000${String(700 + customers++).padStart(4, '0')}`;
  const conversations = (options = {}) => omnigate.client(ConversationServiceService, options);
  const sentTo = (customer: string): string[] =>
    shop.twilio.messages.filter(({ to }) => to === customer).map(({ body }) => body);
  const conversationOf = async (address: string) =>
    (await conversations().listConversations({ channel: 'shop-sms', address })).conversations[0];
  const send = (address: string, body: string, more = {}) =>
    conversations().sendMessage({
      requestId: randomUUID(),
      channel: 'shop-sms',
      address,
      content: text(body),
      ...more,
    });
  /** A customer whom Rosa is helping. */
  async function helped(): Promise<{ id: string; customer: string }> {
    const customer = newCustomer();
    await shop.twilio.inbound({ url: shop.webhookUrl, from: customer, body: '转人工' });
    const { id } = await eventually(() => conversationOf(customer));
    await desk.routing.acceptOffer({ offerId: (await desk.nextOffer(id)).id });
    await eventually(() => sentTo(customer).length === 1, { what: 'the notice' });
    return { id, customer };
  }

  describe('sending', () => {
    test('a text longer than one SMS goes as several, in order, cut between what readers see', async () => {
      const customer = newCustomer();
      const family = '👩‍👩‍👧‍👦';
      const long = `e\u0301 ${family} 您的快递 `.repeat(280).trim();
      const { message } = await send(customer, long);
      const parts = await eventually(() => {
        const sent = sentTo(customer);
        return sent.join('') === long ? sent : undefined;
      });
      expect(parts.length).toBeGreaterThan(2);
      for (const part of parts) {
        expect([...part].length).toBeLessThanOrEqual(1_600);
        expect(part).toMatch(/^(?:e\u0301|👩|您|\s)/u);
      }
      const { messages } = await conversations().listMessages({
        conversationId: message?.conversationId ?? '',
      });
      expect(messages).toHaveLength(parts.length);
      expect(messages.at(-1)?.id).toBe(message?.id);
    });

    test('a repeat of a request gets the first response, also at the same moment; another payload is refused', async () => {
      const customer = newCustomer();
      const requestId = randomUUID();
      const all = await Promise.all(Array.from({ length: 10 }, () => send(customer, 'once', { requestId })));
      expect(new Set(all.map(({ message }) => message?.id)).size).toBe(1);
      await expect(send(customer, 'twice', { requestId })).rejects.toMatchObject({
        code: 'REQUEST_ID_REUSED',
      });
      await expect(send(customer, 'x', { requestId: 'mine' })).rejects.toMatchObject({
        code: 'INVALID_ARGUMENT',
        fields: [{ field: 'request_id', description: 'must be a UUID' }],
      });
      await send(customer, 'after');
      await eventually(() => sentTo(customer).includes('after'));
      expect(sentTo(customer)).toEqual(['once', 'after']);
    });

    test('what can not be sent is told by its fields', async () => {
      const fieldsOf = async (request: Parameters<typeof send>[2]) =>
        send('', '', { content: undefined, channel: '', ...request }).catch(({ fields }) => fields);
      expect(await fieldsOf({ content: text(' \n') })).toMatchObject([{ field: 'content' }]);
      expect(await fieldsOf({})).toMatchObject([{ field: 'content' }]);
      expect(await fieldsOf({ content: text('x') })).toMatchObject([
        { field: 'channel' },
        { field: 'address' },
      ]);
      await expect(send('+1', 'x', { channel: 'nowhere' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    });
  });

  describe('an agent', () => {
    test('writes notes that no customer sees, and sends under a name', async () => {
      const { id, customer } = await helped();
      const requestId = randomUUID();
      const note = () => desk.conversations.addNote({ requestId, conversationId: id, text: 'was rude' });
      expect((await note()).message?.id).toBe((await note()).message?.id);
      await desk.conversations.sendMessage({ conversationId: id, content: text('Hello, this is Rosa.') });
      await eventually(() => sentTo(customer).includes('Hello, this is Rosa.'));
      expect(sentTo(customer).join()).not.toContain('rude');
      const { messages } = await desk.conversations.listMessages({ conversationId: id });
      expect(messages.map(({ direction, sender }) => [direction, sender?.name]).slice(0, 2)).toEqual([
        [Direction.DIRECTION_OUTBOUND, 'Rosa'],
        [Direction.DIRECTION_INTERNAL, 'Rosa'],
      ]);
    });

    test('gives a conversation to a team with a note, or back to the bot, which answers again', async () => {
      const { id, customer } = await helped();
      const transfer = (team: string, note = '') =>
        desk.conversations.transferConversation({ conversationId: id, team, note });
      await expect(transfer('nobody')).rejects.toMatchObject({ code: 'NOT_FOUND' });
      await omnigate
        .client(DirectoryServiceService)
        .applyResources({ resources: [resource('Team', 'repairs')] });
      const { conversation } = await transfer('repairs', 'wants a plumber');
      expect(conversation).toMatchObject({ owner: CONVERSATION_OWNER_QUEUE, team: 'repairs', agent: '' });
      await expect(transfer('')).rejects.toMatchObject({ code: 'NOT_OWNER' });
      await eventually(() => sentTo(customer).length === 2, { what: 'the place in the other queue' });
      expect(sentTo(customer)[1]).toMatch(/第 1 位/);

      const back = await conversations().transferConversation({ conversationId: id, team: '', note: '' });
      expect(back.conversation).toMatchObject({ owner: CONVERSATION_OWNER_BOT, queuePlace: 0 });
      expect(back.conversation?.handoff).toBeUndefined();
      await shop.twilio.inbound({ url: shop.webhookUrl, from: customer, body: '物业费怎么交？' });
      await eventually(() => sentTo(customer).length === 3, { what: 'the bot’s answer' });
      expect(sentTo(customer)[2]).toMatch(/物业费/);
      expect(sentTo(customer).join()).not.toContain('plumber');
    });

    test('acts in own conversations alone', async () => {
      const customer = newCustomer();
      await send(customer, 'Your parcel is here.');
      const { id } = await eventually(() => conversationOf(customer));
      const refused = { code: 'NOT_OWNER' };
      await expect(
        desk.conversations.sendMessage({ conversationId: id, content: text('x') }),
      ).rejects.toMatchObject(refused);
      await expect(desk.conversations.resolveConversation({ conversationId: id })).rejects.toMatchObject(
        refused,
      );
      await expect(desk.routing.setPresence({ agent: 'demo-agent', state: 1 })).rejects.toMatchObject({
        code: 'PERMISSION_DENIED',
      });
    });
  });

  test('an auditor reads and does nothing; another tenant’s owner finds nothing, by list or by id', async () => {
    const { id, customer } = await helped();
    const keyOf = async (name: string, role: string, tenant?: string): Promise<string> => {
      const directory = omnigate.client(DirectoryServiceService, tenant ? { tenant } : {});
      const { resources } = await directory.applyResources({
        resources: [resource('ApiKey', name, { role })],
      });
      return String(resources[0]?.resource?.status?.key ?? '');
    };
    const auditor = conversations({ apiKey: await keyOf('auditor', 'auditor') });
    expect((await auditor.getConversation({ conversationId: id })).conversation?.address).toBe(customer);
    const denied = { code: 'PERMISSION_DENIED' };
    await expect(auditor.sendMessage({ conversationId: id, content: text('x') })).rejects.toMatchObject(
      denied,
    );
    await expect(auditor.resolveConversation({ conversationId: id })).rejects.toMatchObject(denied);

    await omnigate
      .client(DirectoryServiceService)
      .applyResources({ resources: [resource('Tenant', 'stranger')] });
    const apiKey = await keyOf('stranger-owner', 'owner', 'stranger');
    const stranger = conversations({ apiKey });
    const deliveries = omnigate.client(DeliveryServiceService, { apiKey });
    const contacts = omnigate.client(ContactServiceService, { apiKey });
    expect((await stranger.listConversations({})).conversations).toEqual([]);
    expect((await deliveries.listDeliveries({ conversationId: id })).deliveries).toEqual([]);
    expect((await contacts.listContacts({ address: customer })).contacts).toEqual([]);
    const missing = { code: 'NOT_FOUND' };
    const mine = (await conversations().getConversation({ conversationId: id })).conversation;
    await expect(contacts.getContact({ contactId: mine?.contactId ?? '' })).rejects.toMatchObject(missing);
    for (const attempt of [
      () => stranger.getConversation({ conversationId: id }),
      () => stranger.listMessages({ conversationId: id }),
      () => stranger.sendMessage({ conversationId: id, content: text('x') }),
      () => stranger.addNote({ conversationId: id, text: 'x' }),
      () => stranger.resolveConversation({ conversationId: id }),
      () => stranger.transferConversation({ conversationId: id, team: 'default', note: '' }),
      () => stranger.sendMessage({ channel: 'shop-sms', address: customer, content: text('x') }),
    ])
      await expect(attempt()).rejects.toMatchObject(missing);
    expect((await conversations().getConversation({ conversationId: id })).conversation).toEqual(mine);
  });

  test('lists have pages, newest first, by tokens that belong to one list', async () => {
    const sent = [];
    for (let index = 0; index < 3; index += 1) sent.push((await send(newCustomer(), 'page')).message);
    const newest = sent.map((message) => message?.conversationId).reverse();
    const service = conversations();
    const first = await service.listConversations({ pageSize: 2 });
    const second = await service.listConversations({ pageSize: 2, pageToken: first.nextPageToken });
    const ids = [...first.conversations, ...second.conversations].map(({ id }) => id);
    expect(ids.slice(0, 3)).toEqual(newest);
    expect(new Set(ids).size).toBe(4);
    const everything = await service.listConversations({ pageSize: 2_000_000_000 });
    expect(everything.nextPageToken).toBe('');
    expect(everything.conversations.length).toBeGreaterThan(3);
    await expect(service.listConversations({ pageSize: -1 })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
    const deliveries = omnigate.client(DeliveryServiceService);
    const list = await deliveries.listDeliveries({ pageSize: 2 });
    expect(list.deliveries.map(({ messageId }) => messageId)).toEqual([sent[2]?.id, sent[1]?.id]);
    await expect(
      service.listMessages({ conversationId: newest[0] ?? '', pageToken: first.nextPageToken }),
    ).rejects.toMatchObject({ code: 'PAGE_TOKEN_INVALID' });
    const contacts = omnigate.client(ContactServiceService);
    const [contact] = (await contacts.listContacts({ pageSize: 1 })).contacts;
    expect((await contacts.getContact({ contactId: contact?.id ?? '' })).contact).toEqual(contact);
  });

  test('a customer who writes to two numbers is one contact with two conversations', async () => {
    const second = await openSmsShop(omnigate, { name: 'second-sms' });
    shops.push(second);
    const customer = newCustomer();
    for (const { twilio, webhookUrl } of [shop, second])
      await twilio.inbound({ url: webhookUrl, from: customer, body: '物业费怎么交？' });
    const found = await eventually(async () => {
      const list = await conversations().listConversations({ address: customer });
      return list.conversations.length === 2 ? list.conversations : undefined;
    });
    expect(found.map(({ channel }) => channel).sort()).toEqual(['second-sms', 'shop-sms']);
    expect(new Set(found.map(({ contactId }) => contactId)).size).toBe(1);
    const { contacts } = await omnigate.client(ContactServiceService).listContacts({ address: customer });
    expect(contacts.map(({ addresses }) => addresses)).toEqual([
      [expect.objectContaining({ namespace: 'phone', value: customer, optedOutChannelIds: [] })],
    ]);
    await eventually(() => second.twilio.messages.length === 1, { what: 'the answer' });
  });

  test('no log line holds what people wrote, their numbers, or a key', () => {
    const output = omnigate.output();
    expect(output).toContain('"level":"debug"');
    for (const secret of [
      '物业费',
      'plumber',
      'was rude',
      'token-of-shop-sms',
      omnigate.apiKey,
      desk.apiKey,
      ...shop.twilio.messages.flatMap(({ to, body }) => [to, body.slice(0, 40)]),
    ])
      expect(output).not.toContain(secret);
  });
});

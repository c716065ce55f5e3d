import { BusinessEventOutcome, ConversationOwner } from '@omnigate/contracts';
import { newId } from '@omnigate/runtime';
import { type Bed, customer, openBed, type ToldEvent } from '../../testing/bed';
import type { TestTenant } from '../../testing/directory';
import { ownerOf } from '../../testing/process';

const { BUSINESS_EVENT_OUTCOME_TOLD: told, BUSINESS_EVENT_OUTCOME_NOT_TOLD: notTold } = BusinessEventOutcome;
const hours = 3_600;
const afterMessage = { after: 'message', windowSeconds: 48 * hours, maxMessages: 2 };
const wechat = { type: 'wechat-test', addressNamespace: 'wechat', replyRules: [afterMessage] };

let bed: Bed;
beforeAll(async () => {
  bed = await openBed();
});
afterAll(() => bed.close());

const results = async ({ tenantId }: TestTenant) =>
  (await bed.deliveries(ownerOf(tenantId)).listBusinessEvents({})).results;
const tell = async (tenant: TestTenant, event: ToldEvent = {}) => {
  await bed.tell(tenant, event);
  return (await results(tenant))[0];
};
const contactOf = async ({ tenantId }: TestTenant, address: string) =>
  (await bed.contacts(ownerOf(tenantId)).listContacts({ address })).contacts[0]?.id ?? '';
/** Both addresses belong to one person from now on. */
const join = ({ tenantId }: TestTenant, one: string, other: string) =>
  bed.database.transaction({ tenants: [tenantId] }, (tx) =>
    tx.query({
      text: `update address set contact_id = (select contact_id from address where tenant_id = $1 and value = $2)
        where tenant_id = $1 and value = $3`,
      values: [tenantId, one, other],
    }),
  );
const pass = ({ tenantId }: TestTenant) =>
  bed.database.transaction({ tenants: [tenantId] }, (tx) =>
    tx.query({ text: `update reply_window set closes_at = now() - interval '1 second'` }),
  );
const saidTo = async (tenant: TestTenant, conversationId: string | undefined) =>
  bed.said(tenant, conversationId ?? '');

test('a customer who has never written is told on a new conversation, which the bot has', async () => {
  const tenant = bed.addTenant({ locale: 'zh-CN' });
  const result = await tell(tenant);
  const [conversation] = await bed.conversationsOf(tenant);
  expect(conversation).toMatchObject({ address: customer, owner: ConversationOwner.CONVERSATION_OWNER_BOT });
  expect(await saidTo(tenant, conversation?.id)).toEqual(['system: 您的包裹有新消息。']);
  expect(result).toMatchObject({
    ...{ outcome: told, reason: '', channel: 'shop', name: 'parcel-stalled' },
    ...{ conversationId: conversation?.id, contactId: conversation?.contactId },
    occurredTime: new Date('2026-11-20T08:00:00Z'),
  });
  const { deliveries } = await bed.deliveries(ownerOf(tenant.tenantId)).listDeliveries({});
  expect(deliveries.map(({ messageId }) => messageId)).toEqual([result?.messageId]);
});

test('an open conversation is used, in its language; an answer stays in it', async () => {
  const tenant = bed.addTenant({ locale: 'zh-CN' });
  await bed.receive(tenant, { text: 'Where is my parcel?' });
  const result = await tell(tenant);
  await bed.receive(tenant, { text: 'Thanks' });
  expect(await bed.conversationsOf(tenant)).toHaveLength(1);
  expect(await saidTo(tenant, result?.conversationId)).toEqual([
    'customer: Where is my parcel?',
    'system: There is news about your parcel.',
    'customer: Thanks',
  ]);
});

test('an event that comes again, in the same batch or later, is told once', async () => {
  const tenant = bed.addTenant();
  const event = { eventId: newId() };
  await bed.tell(tenant, event, event);
  await bed.tell(tenant, event);
  const [conversation] = await bed.conversationsOf(tenant);
  expect(await saidTo(tenant, conversation?.id)).toHaveLength(1);
  expect(await results(tenant)).toHaveLength(1);
});

test('a long text goes as several messages where the channel needs it', async () => {
  const sms = bed.addChannel(bed.addTenant(), {
    type: 'a-short',
    addressNamespace: 'short',
    maxTextCharacters: 40,
  });
  await bed.receive(sms, { from: 'u1' });
  const contactId = await contactOf(sms, 'u1');
  const text = 'The first sentence of it is here. The second sentence of it is here.';
  const result = await tell(sms, { customer: { contactId }, texts: { en: text } });
  expect((await saidTo(sms, result?.conversationId)).slice(1)).toEqual([
    'system: The first sentence of it is here. The ',
    'system: second sentence of it is here.',
  ]);
});

describe('the channel', () => {
  /** A person with a phone and WeChat, who wrote on both, on WeChat last. */
  async function person() {
    const tenant = bed.addTenant();
    const other = bed.addChannel(tenant, wechat);
    await bed.receive(tenant, {});
    await bed.receive(other, { from: 'o1' });
    await join(tenant, customer, 'o1');
    return { tenant, other };
  }

  test('is the one that the customer used last', async () => {
    const { tenant } = await person();
    expect(await tell(tenant)).toMatchObject({ outcome: told, channel: 'wechat-test' });
    await bed.receive(tenant, { text: 'by SMS again' });
    expect(await tell(tenant)).toMatchObject({ outcome: told, channel: 'shop' });
  });

  test('is the one that was used last though its conversation is resolved', async () => {
    const { tenant, other } = await person();
    const conversations = await bed.conversationsOf(other);
    const open = conversations.find(({ address }) => address === 'o1');
    await bed.conversations(ownerOf(tenant.tenantId)).resolveConversation({ conversationId: open?.id ?? '' });
    const result = await tell(tenant);
    expect(result).toMatchObject({ outcome: told, channel: 'wechat-test' });
    expect(result?.conversationId).not.toBe(open?.id);
  });

  test('scenario 15: is another lawful one where the window is used up, or closed', async () => {
    const { tenant } = await person();
    await bed.tell(tenant, {}, {}, {});
    const channels = (await results(tenant)).map(({ channel }) => channel);
    expect(channels).toEqual(['shop', 'wechat-test', 'wechat-test']);
    const late = await person();
    await pass(late.tenant);
    expect(await tell(late.tenant)).toMatchObject({ outcome: told, channel: 'shop' });
  });

  test('is another one where the customer has opted out', async () => {
    const { tenant, other } = await person();
    await bed.receive(other, { from: 'o1', text: 'STOP', consentWord: 'stop' });
    expect(await tell(tenant)).toMatchObject({ outcome: told, channel: 'shop' });
  });

  test.each([
    ['contact', async (tenant: TestTenant) => ({ contactId: await contactOf(tenant, 'user:u-7') })],
    ['id in the business’s own system', async () => ({ externalId: 'u-7' })],
  ])('is found by %s', async (_, keyOf) => {
    const tenant = bed.addTenant();
    const web = bed.addChannel(tenant, { type: 'web', addressNamespace: 'web' });
    await bed.receive(web, { from: 'user:u-7' });
    expect(await tell(tenant, { customer: await keyOf(tenant) })).toMatchObject({
      outcome: told,
      channel: 'web',
    });
  });

  test('is found by a mail address', async () => {
    const tenant = bed.addTenant();
    bed.addChannel(tenant, { type: 'email', addressNamespace: 'email' });
    const event = { customer: { email: 'lin@example.com' } };
    expect(await tell(tenant, event)).toMatchObject({ outcome: told, channel: 'email' });
  });
});

describe('nobody is told', () => {
  test('where the customer is unknown', async () => {
    const tenant = bed.addTenant();
    for (const key of [{ externalId: 'u-8' }, { contactId: newId() }]) {
      expect(await tell(tenant, { customer: key })).toMatchObject({
        ...{ outcome: notTold, reason: 'CONTACT_UNKNOWN', channel: '', messageId: '', contactId: '' },
      });
    }
    expect(await bed.conversationsOf(tenant)).toEqual([]);
  });

  test('where no channel reaches the customer', async () => {
    const event = { customer: { email: 'lin@example.com' } };
    expect(await tell(bed.addTenant(), event)).toMatchObject({ outcome: notTold, reason: 'NO_CHANNEL' });
  });

  test('where another tenant knows the customer', async () => {
    const tenant = bed.addTenant();
    await bed.receive(tenant, {});
    const contactId = await contactOf(tenant, customer);
    const other = bed.addTenant();
    expect(await tell(other, { customer: { contactId } })).toMatchObject({ reason: 'CONTACT_UNKNOWN' });
  });

  test('where the customer has opted out; agents see why', async () => {
    const tenant = bed.addTenant();
    await bed.receive(tenant, { text: 'STOP', consentWord: 'stop' });
    const result = await tell(tenant);
    expect(result).toMatchObject({ outcome: notTold, reason: 'RECIPIENT_OPTED_OUT', messageId: '' });
    expect(await saidTo(tenant, result?.conversationId)).toEqual([
      'customer: STOP',
      "system's note: The customer was not told (parcel-stalled): the customer wants no messages. What was to be said: There is news about your parcel.",
    ]);
    const { deliveries } = await bed.deliveries(ownerOf(tenant.tenantId)).listDeliveries({});
    expect(deliveries).toEqual([]);
  });

  test('scenario 15: where the window is closed or used up; agents see why', async () => {
    const tenant = bed.addTenant({ locale: 'zh-CN', replyRules: [afterMessage] });
    expect(await tell(tenant)).toMatchObject({
      outcome: notTold,
      reason: 'WINDOW_CLOSED',
      conversationId: '',
    });
    expect(await bed.conversationsOf(tenant)).toEqual([]);
    await bed.receive(tenant, { text: '你好' });
    await bed.tell(tenant, {}, {}, {});
    const [last, ...others] = await results(tenant);
    expect(last).toMatchObject({ outcome: notTold, reason: 'REPLY_LIMIT_REACHED' });
    expect(others.map(({ outcome }) => outcome)).toEqual([told, told, notTold]);
    expect((await saidTo(tenant, last?.conversationId)).at(-1)).toBe(
      "system's note: 未能告知客户（parcel-stalled）：平台在客户再次来信前不再接收消息。内容：您的包裹有新消息。",
    );
    await pass(tenant);
    expect(await tell(tenant)).toMatchObject({ outcome: notTold, reason: 'WINDOW_CLOSED' });
  });
});

test('a record without a customer or a text is set aside', async () => {
  const tenant = bed.addTenant();
  expect(await bed.tell(tenant, { texts: {} }, {})).toEqual([
    { kind: 'deadLetter', code: 'INVALID_ARGUMENT' },
    { kind: 'ok' },
  ]);
});

test('what became of events is listed by event and by outcome, page by page, for readers', async () => {
  const tenant = bed.addTenant();
  const eventIds = [newId(), newId(), newId()];
  const customers = [{ phone: customer }, { externalId: 'x' }, { phone: customer }];
  await bed.tell(
    tenant,
    ...eventIds.map((eventId, index) => ({ eventId, customer: customers[index] ?? {} })),
  );
  const client = bed.deliveries(ownerOf(tenant.tenantId));
  const idsOf = async (request: Parameters<typeof client.listBusinessEvents>[0]) =>
    (await client.listBusinessEvents(request)).results.map(({ eventId }) => eventId);
  expect(await idsOf({})).toEqual(eventIds.toReversed());
  expect(await idsOf({ eventId: eventIds[1] ?? '' })).toEqual([eventIds[1]]);
  expect(await idsOf({ outcome: told })).toEqual([eventIds[2], eventIds[0]]);
  expect(await idsOf({ outcome: notTold })).toEqual([eventIds[1]]);
  const first = await client.listBusinessEvents({ pageSize: 2 });
  expect(first.results).toHaveLength(2);
  expect(await idsOf({ pageSize: 2, pageToken: first.nextPageToken })).toEqual([eventIds[0]]);
  await expect(client.listBusinessEvents({ eventId: 'x' })).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
  });
  const other = bed.deliveries(ownerOf(bed.addTenant().tenantId));
  expect((await other.listBusinessEvents({})).results).toEqual([]);
});

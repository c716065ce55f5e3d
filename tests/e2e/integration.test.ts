import { randomUUID } from 'node:crypto';
import {
  BusinessEventOutcome,
  ConversationOwner,
  ConversationServiceService,
  DeliveryServiceService,
  DirectoryServiceService,
  IntegrationServiceService,
  PartyRole,
} from '@omnigate/contracts';
import { type OrderSystem, startOrderSystem } from '@omnigate/testkit';
import { eventually } from '../journeys/eventually';
import { type OpenedOmnigate, openOmnigate } from '../journeys/open-omnigate';
import { openSmsShop, resource, type SmsShop } from '../journeys/sms-shop';

const token = 'token-of-the-order-system';
/** As in examples/connector.yaml, with nothing kept: each test sees the system as it is. */
const lookup = (name: string, path: string, more: Record<string, unknown>) => ({
  ...{ name, path, cache_seconds: 0 },
  ...more,
});
const orderFields = {
  order_no: '/id',
  status_zh: '/state/zh',
  status_en: '/state/en',
  carrier: '/parcel/carrier',
  tracking_no: '/parcel/number',
  updated: '/updated',
};
const billFields = { fee_zh: '/title/zh', fee_en: '/title/en', amount: '/amount', due_date: '/due' };

describe('the business’s own systems', () => {
  let omnigate: OpenedOmnigate;
  let shop: SmsShop;
  let orders: OrderSystem;

  beforeAll(async () => {
    orders = await startOrderSystem({ token });
    omnigate = await openOmnigate();
    const connector = resource('Connector', 'order-system', {
      base_url: orders.url,
      headers: { authorization: `Bearer ${token}` },
      lookups: [
        lookup('orders', '/orders?phone={phone}', { items: '/data/orders', fields: orderFields }),
        lookup('fees', '/bills?phone={phone}', { items: '/bills', fields: billFields }),
      ],
    });
    shop = await openSmsShop(omnigate, { resources: [connector] });
  }, 240_000);
  beforeEach(() => orders.fault(undefined));
  afterAll(async () => {
    await shop?.twilio.stop();
    await orders?.stop();
    await omnigate?.close();
  }, 60_000);

  const sentTo = (customer: string) =>
    shop.twilio.messages.filter(({ to }) => to === customer).map(({ body }) => body);
  async function ask(from: string, body: string): Promise<string> {
    const before = sentTo(from).length;
    await shop.twilio.inbound({ url: shop.webhookUrl, from, body });
    return eventually(() => sentTo(from)[before], { what: `an answer to ${body}` });
  }
  const publish = (phone: string, more: object = {}) =>
    omnigate.client(IntegrationServiceService).publishBusinessEvent({
      requestId: randomUUID(),
      name: 'parcel-stalled',
      customer: { phone },
      data: { carrier: '顺丰速运', tracking_no: 'SF1234567890', since: '11-20' },
      ...more,
    });
  const resultOf = (eventId: string) =>
    eventually(
      async () => {
        const { results } = await omnigate.client(DeliveryServiceService).listBusinessEvents({ eventId });
        return results[0];
      },
      { what: 'what became of the event' },
    );

  test('a stalled parcel: the customer is told by SMS, once, and may answer', async () => {
    const phone = '+8613800000301';
    const requestId = randomUUID();
    const { eventId } = await publish(phone, { requestId });
    expect(await publish(phone, { requestId })).toMatchObject({ eventId });
    const result = await resultOf(eventId);
    expect(result).toMatchObject({
      outcome: BusinessEventOutcome.BUSINESS_EVENT_OUTCOME_TOLD,
      channel: 'shop-sms',
    });
    await eventually(() => sentTo(phone).length > 0, { what: 'the message' });
    expect(sentTo(phone)).toEqual([expect.stringContaining('您的包裹（顺丰速运 SF1234567890）')]);
    await ask(phone, '发票怎么开？');
    const conversations = omnigate.client(ConversationServiceService);
    const { messages } = await conversations.listMessages({ conversationId: result.conversationId });
    expect(messages.map(({ sender }) => sender?.role).reverse()).toEqual([
      PartyRole.PARTY_ROLE_SYSTEM,
      PartyRole.PARTY_ROLE_CUSTOMER,
      PartyRole.PARTY_ROLE_BOT,
    ]);
  });

  test('a customer who has opted out is not told, and whoever asks learns why', async () => {
    const phone = '+8613800000302';
    await shop.twilio.inbound({ url: shop.webhookUrl, from: phone, body: 'STOP' });
    const conversations = omnigate.client(ConversationServiceService);
    await eventually(
      async () => (await conversations.listConversations({ address: phone })).conversations.length > 0,
      { what: 'the word is stored' },
    );
    const { eventId } = await publish(phone);
    expect(await resultOf(eventId)).toMatchObject({
      outcome: BusinessEventOutcome.BUSINESS_EVENT_OUTCOME_NOT_TOLD,
      reason: 'RECIPIENT_OPTED_OUT',
    });
    expect(sentTo(phone)).toEqual([]);
  });

  test('an event that lacks a value is refused by its name', async () => {
    await expect(publish('+8613800000303', { data: { carrier: 'SF' } })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      fields: [{ field: 'data.tracking_no' }, { field: 'data.since' }],
    });
  });

  test('the bot answers from the order system, with the customer’s own orders and bills', async () => {
    expect(await ask('+8613800000001', '我的快递到哪了')).toMatch(/^为您查到 3 个订单：\n订单 A20260001/);
    const answer = await ask('+8613800000001', '订单A20260001到哪了？');
    expect(answer).toMatch(/^订单 A20260001：运输中，顺丰速运 SF1234567890，2026-11-25 更新\n/);
    expect(await ask('+8613800000002', '物业费多少')).toMatch(
      /^您有 2 笔待缴费用：\n2026 年第四季度物业费，¥840.00/,
    );
  });

  test('scenario 26: somebody else’s number or order in a text tells nothing of them', async () => {
    const stranger = '+8613800000304';
    const since = orders.requests.length;
    for (const text of ['我是+8613800000001，我的快递到哪了', '订单号A20260001到哪了']) {
      expect(await ask(stranger, text)).not.toMatch(/运输中|SF1234567890/);
    }
    const paths = orders.requests.slice(since).map(({ path }) => path);
    expect(paths.length).toBeGreaterThan(0);
    expect(new Set(paths)).toEqual(new Set(['/orders?phone=%2B8613800000304']));
  });

  test('an order system that hangs: knowledge answers, and says so, within the turn’s clock', async () => {
    orders.fault('hang');
    const customer = '+8613800000305';
    expect(await ask(customer, '我的快递到哪了')).toMatch(/^暂时查不到您本人的信息，以下是一般说明：\n/);
    const { conversations } = await omnigate
      .client(ConversationServiceService)
      .listConversations({ address: customer });
    expect(conversations.map(({ owner }) => owner)).toEqual([ConversationOwner.CONVERSATION_OWNER_BOT]);
  });

  test('the connector’s token is nowhere to be read', async () => {
    const directory = omnigate.client(DirectoryServiceService);
    const { resources } = await directory.listResources({ kind: 'Connector' });
    expect(resources[0]?.spec).toMatchObject({ headers: { authorization: '***' } });
    expect(omnigate.output()).not.toContain(token);
  });
});

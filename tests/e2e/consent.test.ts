import { randomUUID } from 'node:crypto';
import {
  ContactServiceService,
  type Content,
  ConversationServiceService,
  DeliveryServiceService,
  DeliveryState,
} from '@omnigate/contracts';
import { eventually } from '../journeys/eventually';
import { type OpenedOmnigate, openOmnigate } from '../journeys/open-omnigate';
import { openSmsShop, type SmsShop } from '../journeys/sms-shop';

const text = (body: string): Content => ({ kind: { $case: 'text', value: { body } } });

describe('consent on SMS', () => {
  let omnigate: OpenedOmnigate;
  let shop: SmsShop;

  beforeAll(async () => {
    omnigate = await openOmnigate();
    shop = await openSmsShop(omnigate);
  }, 120_000);
  afterAll(async () => {
    await shop?.twilio.stop();
    await omnigate?.close();
  }, 60_000);

  const sentTo = (customer: string) => shop.twilio.messages.filter(({ to }) => to === customer);
  const say = (from: string, body: string) => shop.twilio.inbound({ url: shop.webhookUrl, from, body });
  const conversationOf = async (address: string) =>
    (await omnigate.client(ConversationServiceService).listConversations({ address })).conversations[0];
  const optedOutOf = async (address: string) => {
    const { contacts } = await omnigate.client(ContactServiceService).listContacts({ address });
    return contacts[0]?.addresses.find(({ value }) => value === address)?.optedOutChannelIds ?? [];
  };
  const send = (address: string, body: string) =>
    omnigate
      .client(ConversationServiceService)
      .sendMessage({ requestId: randomUUID(), channel: 'shop-sms', address, content: text(body) });

  test('after STOP nothing is sent, not even an answer; START takes it back', async () => {
    const customer = '+8613800000031';
    await say(customer, '物业费怎么交？');
    await eventually(() => sentTo(customer).length === 1, { what: 'the answer' });
    await say(customer, 'STOP');
    await eventually(async () => (await optedOutOf(customer)).includes(shop.channelId));
    await say(customer, '发票怎么开');
    await eventually(async () => (await conversationOf(customer))?.inboundCount === 3);
    const refused = { code: 'RECIPIENT_OPTED_OUT' };
    await expect(send(customer, 'One more thing')).rejects.toMatchObject(refused);
    const conversationId = (await conversationOf(customer))?.id ?? '';
    const conversations = omnigate.client(ConversationServiceService);
    await expect(
      conversations.sendMessage({ conversationId, content: text('Here too') }),
    ).rejects.toMatchObject(refused);
    // Another customer's answer shows that turns have gone on.
    await say('+8613800000032', '物业费怎么交？');
    await eventually(() => sentTo('+8613800000032').length === 1);
    expect(sentTo(customer)).toHaveLength(1);
    const { messages } = await conversations.listMessages({ conversationId });
    expect(messages).toHaveLength(4);

    await say(customer, 'START');
    await eventually(async () => (await optedOutOf(customer)).length === 0);
    await send(customer, 'Welcome back');
    await eventually(() => sentTo(customer).some(({ body }) => body === 'Welcome back'));
    await say(customer, '发票怎么开');
    await eventually(() => sentTo(customer).length === 3, { what: 'the answer after START' });
  });

  test('a provider that says the customer has opted out is believed', async () => {
    const customer = '+8613800000033';
    shop.twilio.optOut(shop.number, customer);
    const sent = await send(customer, 'Hello');
    const messageId = sent.message?.id ?? '';
    const conversationId = sent.message?.conversationId ?? '';
    const delivery = await eventually(async () => {
      const list = await omnigate.client(DeliveryServiceService).listDeliveries({ conversationId });
      return list.deliveries.find(({ state }) => state === DeliveryState.DELIVERY_STATE_FAILED);
    });
    expect(delivery).toMatchObject({ messageId, errorCode: '21610', attempts: 1 });
    await eventually(async () => (await optedOutOf(customer)).includes(shop.channelId));
    await expect(send(customer, 'Again')).rejects.toMatchObject({ code: 'RECIPIENT_OPTED_OUT' });
    expect(shop.twilio.attempts.filter(({ to }) => to === customer)).toHaveLength(1);
  });
});

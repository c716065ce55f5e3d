import {
  ConversationOwner,
  ConversationServiceService,
  DeliveryServiceService,
  DeliveryState,
} from '@omnigate/contracts';
import { eventually } from '../journeys/eventually';
import { type OpenedOmnigate, openOmnigate } from '../journeys/open-omnigate';
import { openSmsShop, type SmsShop } from '../journeys/sms-shop';

describe('SMS', () => {
  let omnigate: OpenedOmnigate;
  let shop: SmsShop;

  beforeAll(async () => {
    omnigate = await openOmnigate();
    shop = await openSmsShop(omnigate, {
      twilio: { callbacks: ['sent', 'delivered'], callbackRepeats: 2, reorderCallbacks: true },
    });
  }, 120_000);
  afterAll(async () => {
    await shop?.twilio.stop();
    await omnigate?.close();
  }, 60_000);

  const sentTo = (customer: string) => shop.twilio.messages.filter((message) => message.to === customer);

  test('a question is answered by the bot, once', async () => {
    const customer = '+8613800000001';
    const answers = await shop.twilio.inbound({
      url: shop.webhookUrl,
      from: customer,
      body: '物业费怎么交？',
    });
    expect(answers.map((answer) => answer.status)).toEqual([200]);
    await eventually(() => sentTo(customer).length > 0, { what: 'the answer' });
    await shop.twilio.settled();
    const conversations = omnigate.client(ConversationServiceService);
    const list = await conversations.listConversations({ address: customer });
    expect(list.conversations).toHaveLength(1);
    expect(list.conversations[0]?.owner).toBe(ConversationOwner.CONVERSATION_OWNER_BOT);
    expect(list.conversations[0]?.inboundCount).toBe(1);
    expect(sentTo(customer)).toHaveLength(1);
    expect(sentTo(customer)[0]?.body).toMatch(/物业费/);
  });

  test('receipts that come twice and in reverse leave the delivery delivered', async () => {
    const customer = '+8613800000002';
    await shop.twilio.inbound({ url: shop.webhookUrl, from: customer, body: 'when will my order ship?' });
    await eventually(() => sentTo(customer).length === 1, { what: 'the answer' });
    await shop.twilio.settled();
    const deliveries = omnigate.client(DeliveryServiceService);
    const conversations = omnigate.client(ConversationServiceService);
    const conversationId =
      (await conversations.listConversations({ address: customer })).conversations[0]?.id ?? '';
    const delivery = await eventually(async () => {
      const list = await deliveries.listDeliveries({ conversationId });
      return list.deliveries.find((item) => item.state === DeliveryState.DELIVERY_STATE_DELIVERED);
    });
    expect(delivery.providerMessageId).toBe(sentTo(customer)[0]?.sid);
    expect(delivery.attempts).toBe(1);
  });
});

import {
  type Conversation,
  ConversationChanged,
  ConversationOwner,
  ConversationServiceService,
  ConversationState,
  DeliveryServiceService,
  DeliveryState,
  Direction,
  topics,
} from '@omnigate/contracts';
import { createTwilioSimulator, newSid, type TwilioSimulator } from '@omnigate/testkit';
import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks';
import { Client } from 'undici';
import { eventually } from '../journeys/eventually';
import { composeGateway, type Gateway, publicUrl } from '../journeys/gateway';
import { createIdlessAdapter } from '../journeys/idless-adapter';
import { type OpenedOmnigate, openOmnigate } from '../journeys/open-omnigate';
import { createScriptedBot } from '../journeys/scripted-bot';
import { openSmsShop, resource, type SmsShop } from '../journeys/sms-shop';
import { openWebShop } from '../journeys/web-shop';

describe('what comes more than once, or out of order', () => {
  let omnigate: OpenedOmnigate;
  let shop: SmsShop;
  let desk: SmsShop;

  beforeAll(async () => {
    omnigate = await openOmnigate();
    shop = await openSmsShop(omnigate);
    desk = await openSmsShop(omnigate, { name: 'people-sms', spec: { first_responder: 'people' } });
  }, 120_000);
  afterAll(async () => {
    await shop?.twilio.stop();
    await desk?.twilio.stop();
    await omnigate?.close();
  }, 60_000);

  const conversations = () => omnigate.client(ConversationServiceService);
  const only = async (address: string) => {
    const list = await conversations().listConversations({ address });
    expect(list.conversations).toHaveLength(1);
    return list.conversations[0] as Conversation;
  };

  test('the same webhook 100 times at once is one message and one answer', async () => {
    const customer = '+8613800000041';
    const answers = await shop.twilio.inbound({
      url: shop.webhookUrl,
      from: customer,
      body: '物业费怎么交？',
      copies: 100,
    });
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    const sent = () => shop.twilio.messages.filter(({ to }) => to === customer);
    await eventually(() => sent().length > 0, { what: 'the answer' });
    // The same sender's next message comes behind all the repeats.
    await shop.twilio.inbound({ url: shop.webhookUrl, from: customer, body: '发票怎么开' });
    await eventually(() => sent().length > 1, { what: 'the second answer' });
    const conversation = await only(customer);
    expect(conversation.inboundCount).toBe(2);
    const { messages } = await conversations().listMessages({ conversationId: conversation.id });
    expect(messages).toHaveLength(4);
    expect(shop.twilio.attempts.filter(({ to }) => to === customer)).toHaveLength(2);
  });

  test('scenario 03: nine pictures within 200 ms are one conversation in their order, kept by reference', async () => {
    const customer = '+8613800000042';
    const urls = Array.from({ length: 9 }, (_, index) => `https://api.twilio.com/media/picture-${index}`);
    const answers = await postInOneBreath(desk, customer, urls);
    expect(answers).toEqual(urls.map(() => 200));
    await eventually(async () => (await only(customer)).inboundCount === 9);
    const conversation = await only(customer);
    const { messages } = await conversations().listMessages({ conversationId: conversation.id });
    const inbound = messages.filter(({ direction }) => direction === Direction.DIRECTION_INBOUND).reverse();
    expect(inbound.map(({ content }) => content?.kind)).toEqual(
      urls.map((providerUrl) => ({
        $case: 'image',
        value: expect.objectContaining({ providerUrl, contentType: 'image/jpeg' }),
      })),
    );
    expect(conversation).toMatchObject({ owner: ConversationOwner.CONVERSATION_OWNER_QUEUE, queuePlace: 1 });
    expect(messages).toHaveLength(10);
  });

  test('scenario 04: receipts that come as read, delivered, sent leave an SMS read', async () => {
    const customer = '+8613800000043';
    const ask = async (count: number) => {
      await shop.twilio.inbound({ url: shop.webhookUrl, from: customer, body: '物业费怎么交？' });
      return eventually(() => shop.twilio.messages.filter(({ to }) => to === customer)[count]);
    };
    const first = await ask(0);
    for (const status of ['read', 'delivered', 'sent']) {
      expect((await shop.twilio.status(first, status)).status).toBe(200);
    }
    // Receipts of one customer keep their order, so this one's effect shows that the others have had theirs.
    const second = await ask(1);
    await shop.twilio.status(second, 'delivered');
    const { id } = await only(customer);
    const stateOf = await statesWhen(id, second.sid, DeliveryState.DELIVERY_STATE_DELIVERED);
    expect(stateOf(first.sid)).toBe(DeliveryState.DELIVERY_STATE_READ);
  });

  test('scenario 04: receipts of a page that come as read, delivered leave a chat message read', async () => {
    const web = await openWebShop(omnigate);
    const visitor = web.visitor();
    await visitor.connect();
    await visitor.say('物业费怎么交？');
    const first = await visitor.message(({ from }) => from.role === 'bot');
    visitor.acknowledge('read');
    const { id } = await only(visitor.visitorId);
    await statesWhen(id, first.id, DeliveryState.DELIVERY_STATE_READ);
    visitor.acknowledge('ack');
    await visitor.say('发票怎么开');
    const second = await visitor.message(({ from, seq }) => from.role === 'bot' && seq > first.seq);
    visitor.acknowledge('ack');
    const stateOf = await statesWhen(id, second.id, DeliveryState.DELIVERY_STATE_DELIVERED);
    expect(stateOf(first.id)).toBe(DeliveryState.DELIVERY_STATE_READ);
    visitor.drop();
  });

  /** Waits until a delivery, by its message id or provider's id, has a state; returns a look-up in that same list. */
  async function statesWhen(conversationId: string, id: string, state: DeliveryState) {
    const list = await eventually(
      async () => {
        const { deliveries } = await omnigate
          .client(DeliveryServiceService)
          .listDeliveries({ conversationId });
        const found = deliveries.find((item) => item.messageId === id || item.providerMessageId === id);
        return found?.state === state ? deliveries : undefined;
      },
      { what: `a delivery in state ${DeliveryState[state]}` },
    );
    return (other: string) =>
      list.find((item) => item.messageId === other || item.providerMessageId === other)?.state;
  }
});

/** Signed webhooks written on one connection one behind the other, none waiting for an answer. */
async function postInOneBreath(shop: SmsShop, from: string, mediaUrls: string[]): Promise<number[]> {
  const { origin, pathname } = new URL(shop.webhookUrl);
  const client = new Client(origin, { pipelining: mediaUrls.length });
  const requests = mediaUrls.map((url) => {
    const sid = newSid('MM');
    const form = {
      MessageSid: sid,
      SmsSid: sid,
      AccountSid: 'AC1',
      From: from,
      To: shop.number,
      Body: '',
      NumMedia: '1',
      MediaUrl0: url,
      MediaContentType0: 'image/jpeg',
    };
    const signature = getExpectedTwilioSignature('token-of-people-sms', shop.webhookUrl, form);
    return client.request({
      path: pathname,
      method: 'POST',
      // Else undici does not write a POST behind another that is unanswered.
      idempotent: true,
      headers: { 'content-type': 'application/x-www-form-urlencoded', 'x-twilio-signature': signature },
      body: new URLSearchParams(form).toString(),
    });
  });
  const answers = await Promise.all(requests);
  for (const answer of answers) await answer.body.dump();
  await client.close();
  return answers.map(({ statusCode }) => statusCode);
}

describe('two instances of the adapter on one log', () => {
  let gateway: Gateway;
  let twilio: TwilioSimulator;
  const bot = createScriptedBot();

  beforeAll(async () => {
    twilio = await createTwilioSimulator({ accountSid: 'AC1', authToken: 'token-of-the-test' });
    gateway = await composeGateway({ bot: bot.client, adapterInstances: 2 });
  }, 120_000);
  afterAll(async () => {
    await gateway?.stop();
    await twilio?.stop();
  }, 60_000);

  test('scenario 01: a message delivered to both at the same moment is stored once and told once', async () => {
    const config = {
      account_sid: 'AC1',
      auth_token: 'token-of-the-test',
      from: '+14155550100',
      api_base_url: twilio.url,
    };
    const [applied] = await gateway.apply(
      resource('Channel', 'shop-sms', { type: 'sms-twilio', max_per_second: 10_000, config }),
    );
    const path = `/webhooks/sms-twilio/${applied?.resource?.metadata?.id}`;
    const events: ConversationChanged[] = [];
    const follower = gateway.bus.follow({
      topics: [topics.conversationChanged],
      handle: (records) => void events.push(...records.map(({ value }) => ConversationChanged.decode(value))),
    });
    await follower.ready;
    const from = '+8613800000044';
    const deliver = (body: string, messageSid: string) =>
      Promise.all(
        gateway.urls.map((url) =>
          twilio.inbound({
            url: url + path,
            from,
            body,
            messageSid,
            copies: 10,
            change: { signedUrl: publicUrl + path },
          }),
        ),
      );
    const answers = await deliver('when will it ship?', newSid('SM'));
    expect(answers.flat().map(({ status }) => status)).toEqual(Array(20).fill(200));
    await eventually(() => twilio.messages.length > 0, { what: 'the answer' });
    // What comes behind shows that all the repeats have been handled.
    await deliver('and where is it?', newSid('SM'));
    await eventually(() => twilio.messages.length > 1, { what: 'the second answer' });
    const recorded = (direction: Direction) =>
      events.filter(
        ({ change }) => change?.$case === 'messageRecorded' && change.value.message?.direction === direction,
      );
    // The log tells later than the provider; what it tells of one conversation comes in order.
    await eventually(() => recorded(Direction.DIRECTION_OUTBOUND).length > 1, {
      what: 'the answers in the log',
    });
    await follower.stop();

    const conversations = gateway.client(ConversationServiceService);
    const list = await conversations.listConversations({ address: from });
    expect(list.conversations.map(({ inboundCount }) => inboundCount)).toEqual([2]);
    expect(recorded(Direction.DIRECTION_INBOUND)).toHaveLength(2);
    expect(events.filter(({ change }) => change?.$case === 'opened')).toHaveLength(1);
    expect(bot.calls).toEqual([['when will it ship?'], ['and where is it?']]);
    expect(twilio.attempts).toHaveLength(2);
  });
});

describe('a channel that gives no message ids', () => {
  let gateway: Gateway;
  const sent: { to: string; text: string }[] = [];
  const bot = createScriptedBot();

  beforeAll(async () => {
    gateway = await composeGateway({ bot: bot.client, adapters: [createIdlessAdapter(sent)] });
  }, 120_000);
  afterAll(() => gateway?.stop(), 60_000);

  test('scenario 02: two messages with equal text 1 s apart are both kept', async () => {
    const [applied] = await gateway.apply(
      resource('Channel', 'idless', { type: 'idless', config: { token: 'secret' } }),
    );
    const post = async () => {
      const response = await fetch(`${gateway.urls[0]}/webhooks/idless/${applied?.resource?.metadata?.id}`, {
        method: 'POST',
        headers: { 'x-token': 'secret', 'content-type': 'application/json' },
        body: JSON.stringify({ from: 'customer-1', text: 'hello?' }),
      });
      expect(response.status).toBe(200);
    };
    await post();
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    await post();
    await eventually(() => sent.length === 2, { what: 'both answers' });
    const conversations = gateway.client(ConversationServiceService);
    const [conversation, ...more] = (await conversations.listConversations({})).conversations;
    expect(more).toEqual([]);
    expect(conversation).toMatchObject({ inboundCount: 2, state: ConversationState.CONVERSATION_STATE_OPEN });
    const { messages } = await conversations.listMessages({ conversationId: conversation?.id ?? '' });
    const texts = messages
      .filter(({ direction }) => direction === Direction.DIRECTION_INBOUND)
      .map(({ content }) => (content?.kind?.$case === 'text' ? content.kind.value.body : ''));
    expect(texts).toEqual(['hello?', 'hello?']);
  });
});

import {
  ConversationOwner,
  ConversationServiceService,
  DeliveryServiceService,
  DeliveryState,
  DirectoryServiceService,
} from '@omnigate/contracts';
import { shownWords } from '@omnigate/testkit';
import { eventually } from '../journeys/eventually';
import { composeGateway, type Gateway } from '../journeys/gateway';
import { type OpenedOmnigate, openOmnigate } from '../journeys/open-omnigate';
import { createScriptedBot, reply, type ScriptedBot } from '../journeys/scripted-bot';
import { openWechatShop, type WechatShop } from '../journeys/wechat-shop';

const openId = (name: string) => `oia2TjjewbmiOUlr6X-${name}`;

describe('WeChat', () => {
  let omnigate: OpenedOmnigate;
  let shop: WechatShop;

  beforeAll(async () => {
    omnigate = await openOmnigate();
    shop = await openWechatShop(omnigate.client(DirectoryServiceService));
  }, 120_000);
  afterAll(async () => {
    await shop?.wechat.stop();
    await omnigate?.close();
  }, 60_000);

  const conversationOf = async (address: string) => {
    const { conversations } = await omnigate
      .client(ConversationServiceService)
      .listConversations({ address });
    return conversations[0];
  };

  test('the URL is verified', async () => {
    expect(await shop.wechat.verify()).toBe(true);
  });

  test('a text in AES mode is answered by the bot, as the answer to the push', async () => {
    const user = openId('text');
    const { attempts, reply: answer } = await shop.wechat.writes(user, '物业费怎么交？');
    expect(attempts).toHaveLength(1);
    expect(answer).toMatchObject({ type: 'text', text: expect.stringContaining('物业费') });
    const conversation = await eventually(() => conversationOf(user));
    expect(conversation).toMatchObject({
      owner: ConversationOwner.CONVERSATION_OWNER_BOT,
      inboundCount: 1,
    });
    const deliveries = omnigate.client(DeliveryServiceService);
    const delivery = await eventually(async () => {
      const list = await deliveries.listDeliveries({ conversationId: conversation.id });
      return list.deliveries.find(({ state }) => state === DeliveryState.DELIVERY_STATE_SENT);
    });
    expect(delivery.attempts).toBe(1);
    expect(shop.wechat.calls.filter(({ path }) => path.endsWith('/send'))).toEqual([]);
  });

  test('a subscription is an event of the conversation, and asks nobody', async () => {
    const user = openId('subscribe');
    const { reply: answer } = await shop.wechat.does(user, {
      type: 'event',
      event: 'subscribe',
      key: 'qrscene_building-7',
    });
    expect(answer).toBeUndefined();
    const conversation = await eventually(() => conversationOf(user));
    const conversations = omnigate.client(ConversationServiceService);
    const { messages } = await conversations.listMessages({ conversationId: conversation.id });
    expect(messages.map(({ content }) => content?.kind)).toEqual([
      {
        $case: 'event',
        value: { name: 'subscribed', detail: 'building-7', _unknownFields: expect.anything() },
      },
    ]);
    expect(conversation.owner).toBe(ConversationOwner.CONVERSATION_OWNER_BOT);
  });

  test('scenario 15: a sixth message, and one whose window WeChat has closed: refused, and the agent is told why', async () => {
    const user = openId('window');
    await shop.wechat.does(user, { type: 'event', event: 'subscribe' });
    await eventually(() => conversationOf(user));
    const conversations = omnigate.client(ConversationServiceService);
    const say = (body: string) =>
      conversations.sendMessage({
        channel: 'shop-wechat',
        address: user,
        content: { kind: { $case: 'text', value: { body } } },
      });
    // A subscription opens a minute for three.
    for (const body of ['one', 'two', 'three']) await say(body);
    await expect(say('four')).rejects.toMatchObject({ code: 'REPLY_LIMIT_REACHED' });
    await shop.wechat.does(user, { type: 'event', event: 'unsubscribe' });
    await eventually(() =>
      say('gone').then(
        () => false,
        (error: { code: string }) => error.code === 'WINDOW_CLOSED',
      ),
    );
    expect(shop.wechat.texts(user)).not.toContain('four');
  });
});

describe('WeChat and a bot that does what it is told', () => {
  let gateway: Gateway;
  let bot: ScriptedBot;
  let shop: WechatShop;

  beforeAll(async () => {
    bot = createScriptedBot();
    gateway = await composeGateway({ bot: bot.client, service: 'channel-wechat', adapterInstances: 2 });
    shop = await openWechatShop(gateway.client(DirectoryServiceService));
  }, 120_000);
  beforeEach(() => through(0));
  afterAll(async () => {
    await shop?.wechat.stop();
    await gateway?.stop();
  }, 60_000);

  const urlOf = (instance: number) => `${gateway.urls[instance]}/webhooks/wechat-official/${shop.channelId}`;
  const through = (instance: number) => {
    shop.wechat.webhookUrl = urlOf(instance);
  };
  const shownBy = (user: string) =>
    shop.wechat.shown(user).map(({ by, content }) => [by, shownWords(content)]);
  const deliveryOf = (user: string, state: DeliveryState) =>
    eventually(async () => {
      const { deliveries } = await gateway.client(DeliveryServiceService).listDeliveries({});
      return deliveries.find((delivery) => delivery.address === user && delivery.state === state);
    });

  test('scenario 18: a slow bot: a lawful passive answer, the real one after', async () => {
    const user = openId('slow');
    const held = bot.hold();
    const { refused } = await shop.wechat.writes(user, '我的快递到哪了');
    expect(refused).toBe('');
    held.release(reply('明天送到'));
    await eventually(() => shop.wechat.texts(user).includes('明天送到'));
    expect(shownBy(user)).toEqual([
      ['user', '我的快递到哪了'],
      ['passive', expect.stringContaining('正在为您查询')],
      ['customer-service', '明天送到'],
    ]);
  });

  describe('once the customer is answered by the interface', () => {
    const send = (user: string, body: string) =>
      gateway.client(ConversationServiceService).sendMessage({
        channel: 'shop-wechat',
        address: user,
        content: { kind: { $case: 'text', value: { body } } },
      });
    /** A customer whom the bot has answered. */
    const customer = async (name: string) => {
      bot.answer(async (texts) => reply(`re: ${texts.at(-1)}`));
      await shop.wechat.writes(openId(name), 'hello');
      return openId(name);
    };

    test('scenario 16: a token that has ended is refreshed, and the message sent once', async () => {
      const user = await customer('token');
      await send(user, 'first');
      await eventually(() => shop.wechat.texts(user).includes('first'));
      shop.wechat.invalidateToken();
      await send(user, 'second');
      await eventually(() => shop.wechat.texts(user).includes('second'));
      expect(shop.wechat.texts(user)).toEqual(['re: hello', 'first', 'second']);
    });

    test.each([
      ['45015', 'the window is closed'],
      ['45047', 'the messages are used up'],
    ])('scenario 15: %s: %s; nothing more goes, and the agent is told', async (code) => {
      const user = await customer(code);
      shop.wechat.fault(Number(code), user);
      await send(user, 'too late');
      const delivery = await deliveryOf(user, DeliveryState.DELIVERY_STATE_FAILED);
      expect(delivery.errorCode).toBe(code);
      await eventually(() =>
        send(user, 'again').then(
          () => false,
          (error: { code: string }) => error.code === 'WINDOW_CLOSED',
        ),
      );
      expect(shop.wechat.texts(user)).toEqual(['re: hello']);
    });
  });

  test('scenario 01: repeats to two replicas: one message, one answer, whoever holds the connection', async () => {
    const user = openId('repeats');
    bot.answer(async () => reply('once'));
    const xml = shop.wechat.xml(user, { type: 'text', text: 'hello' });
    const answers = await Promise.all([0, 1, 0, 1].map((n) => shop.wechat.attempt(xml, {}, urlOf(n))));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    await deliveryOf(user, DeliveryState.DELIVERY_STATE_SENT);
    const calls = shop.wechat.calls.filter(({ body }) => body.includes(user));
    expect(answers.filter(({ body }) => body !== 'success').length + calls.length).toBe(1);
    const conversations = gateway.client(ConversationServiceService);
    const list = await conversations.listConversations({ address: user });
    expect(list.conversations.map(({ inboundCount }) => inboundCount)).toEqual([1]);
  });
});

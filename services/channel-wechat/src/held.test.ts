import { DeliveryState, PartyRole } from '@omnigate/contracts';
import { shownWords, until } from '@omnigate/testkit';
import { type Gateway, type GatewayOptions, openId, startGateway } from '../testing/gateway';

const { DELIVERY_STATE_SENT: sent, DELIVERY_STATE_FAILED: failed } = DeliveryState;

let gateway: Gateway;
const start = async (o: GatewayOptions = {}) => {
  gateway = await startGateway(o);
  return gateway;
};
afterEach(() => gateway.stop());

const bySide = () => gateway.wechat.shown(openId).map(({ by, content }) => [by, shownWords(content)]);
/** Resolves when the bot would have the customer's nth message. */
const heard = (count = 1) => until(() => gateway.received.length === count);
const settled = (messageId: string, state = sent) => until(() => gateway.statesOf(messageId).includes(state));
const sends = () => gateway.wechat.calls.filter(({ path }) => path.endsWith('/send'));
const holding = expect.stringMatching(/^正在为您查询/);

/** A state in which nobody hears of others. */
const deaf = { publish: async () => {}, subscribe: () => () => {} };

describe('a held push', () => {
  test.each([
    ['in AES mode', {}],
    ['in plain mode', { plain: true }],
  ])('is answered by the bot’s answer, %s', async (_name, o) => {
    await start(o);
    const pushing = gateway.wechat.writes(openId, '物业费怎么交？');
    await heard();
    const [messageId = ''] = await gateway.send({ text: '每月 1 日前在小程序里交。]]>' });
    const { attempts, reply } = await pushing;
    expect(attempts).toHaveLength(1);
    expect(reply).toEqual({ type: 'text', text: '每月 1 日前在小程序里交。]]>' });
    await settled(messageId);
    expect(gateway.statesOf(messageId)).toEqual([sent]);
    expect(sends()).toEqual([]);
  });

  test('scenario 18: a bot that needs longer: a lawful passive answer within 5 s, the real one later', async () => {
    await start({ holdMs: 4_500 });
    const pushing = gateway.wechat.writes(openId, '我的快递到哪了');
    await heard();
    const { attempts, refused } = await pushing;
    expect(refused).toBe('');
    expect(attempts).toMatchObject([{ status: 200 }]);
    expect(attempts[0]).toMatchObject({ tookMs: expect.any(Number) });
    expect((attempts[0] as { tookMs: number }).tookMs).toBeLessThan(5_000);
    const [messageId = ''] = await gateway.send({ text: '明天送到' });
    await settled(messageId);
    expect(bySide()).toEqual([
      ['user', '我的快递到哪了'],
      ['passive', holding],
      ['customer-service', '明天送到'],
    ]);
  });

  test('whom nobody answered in time is not held again, until a bot has answered', async () => {
    await start();
    const first = gateway.wechat.writes(openId, 'one');
    await heard();
    await first;
    const second = await gateway.wechat.writes(openId, 'two');
    expect(second.reply).toBeUndefined();
    const [late = ''] = await gateway.send({ text: 'late' });
    await settled(late);
    const third = gateway.wechat.writes(openId, 'three');
    await heard(3);
    await gateway.send({ text: 'in time' });
    expect((await third).reply).toEqual({ type: 'text', text: 'in time' });
  });

  test('a person’s customer is not held, and what the person writes goes by the interface', async () => {
    await start();
    await gateway.wechat.does(openId, { type: 'event', event: 'subscribe' });
    const [notice = ''] = await gateway.send({ text: 'Ann is here', role: PartyRole.PARTY_ROLE_AGENT });
    await settled(notice);
    const { reply, attempts } = await gateway.wechat.writes(openId, 'hello Ann');
    expect([attempts.length, reply]).toEqual([1, undefined]);
  });

  test('where people answer first nothing is held', async () => {
    await start({ firstResponder: 'people' });
    expect((await gateway.wechat.writes(openId, 'hello')).reply).toBeUndefined();
  });

  test.each(['subscribe', 'VIEW', 'SCAN', 'LOCATION'])('%s is answered at once', async (event) => {
    await start();
    expect((await gateway.wechat.does(openId, { type: 'event', event, key: 'k' })).reply).toBeUndefined();
    await heard();
  });

  test('a tap on the menu is held; a menu is written as numbered lines', async () => {
    await start();
    const pushing = gateway.wechat.does(openId, { type: 'event', event: 'CLICK', key: '报修' });
    await heard();
    const options = [
      { id: 'a', label: '漏水' },
      { id: 'b', label: '停电' },
    ];
    await gateway.send({ content: { kind: { $case: 'menu', value: { body: '哪里坏了？', options } } } });
    expect((await pushing).reply).toEqual({ type: 'text', text: '哪里坏了？\n1. 漏水\n2. 停电' });
  });

  test('of two messages stored at once one is the reply, and the other follows it', async () => {
    await start();
    const pushing = gateway.wechat.writes(openId, 'hello');
    await heard();
    const ids = await gateway.send({ text: 'first' }, { text: 'second' });
    await pushing;
    for (const id of ids) await settled(id);
    expect(bySide()).toEqual([
      ['user', 'hello'],
      ['passive', 'first'],
      ['customer-service', 'second'],
    ]);
  });

  test('a picture can not be a reply in time: it goes by the interface', async () => {
    await start();
    const pushing = gateway.wechat.writes(openId, 'hello');
    await heard();
    const media = { ...gateway.received[0]?.message?.attachments[0], mediaId: 'none' };
    const [messageId = ''] = await gateway.send({
      content: { kind: { $case: 'image', value: { ...emptyMedia, ...media } } },
    });
    expect((await pushing).reply).toBeUndefined();
    await settled(messageId, failed);
    expect(gateway.statuses.at(-1)?.errorCode).toBe('MESSAGE_INVALID');
  });

  test('the process that holds the connection needs no wake-up: the answer is claimed as it is stored', async () => {
    await start({ holdMs: 60_000, state: (state) => ({ ...state, ...deaf }) });
    const pushing = gateway.wechat.writes(openId, 'hello');
    await heard();
    const [messageId = ''] = await gateway.send({ text: 'here' });
    expect((await pushing).reply).toEqual({ type: 'text', text: 'here' });
    await settled(messageId);
  });

  test('two messages quickly after another and one answer: it is given once, and no text to pass the time', async () => {
    await start();
    const pushing = [gateway.wechat.writes(openId, 'one'), gateway.wechat.writes(openId, 'two')];
    await heard(2);
    const [messageId = ''] = await gateway.send({ text: 'both' });
    await Promise.all(pushing);
    await settled(messageId);
    expect(bySide().filter(([by]) => by !== 'user')).toEqual([['passive', 'both']]);
  });

  test('a connection that WeChat drops gives the answer back to the interface', async () => {
    await start({ attemptMs: 300 });
    const pushing = gateway.wechat.writes(openId, 'hello');
    await heard();
    const { attempts } = await pushing;
    // The repeats are answered at once: they are known.
    expect(attempts).toMatchObject([{ error: expect.any(String) }, { status: 200, body: 'success' }]);
    const [messageId = ''] = await gateway.send({ text: 'here' });
    await settled(messageId);
    expect(bySide().filter(([by]) => by !== 'user')).toEqual([['customer-service', 'here']]);
    expect(gateway.received).toHaveLength(1);
  });

  test('a service that stops lets go, and nothing is lost', async () => {
    const first = await start();
    const second = await startGateway({ beside: first });
    const pushing = first.wechat.writes(openId, 'hello');
    await heard();
    first.wechat.webhookUrl = second.webhookUrl;
    await second.stop();
    const [messageId = ''] = await gateway.send({ text: 'still here' });
    await settled(messageId);
    expect((await pushing).reply).toEqual({ type: 'text', text: 'still here' });
  });
});

const emptyMedia = {
  providerUrl: '',
  contentType: 'image/jpeg',
  sizeBytes: 0n,
  fileName: '',
  caption: '',
  mediaId: '',
  providerMediaId: '',
  errorCode: '',
  thumbnailId: '',
  contentId: '',
};

describe('two replicas', () => {
  let second: Gateway;
  const startBoth = async (o: Partial<GatewayOptions> = {}) => {
    await start(o);
    second = await startGateway({ beside: gateway, ...o });
  };
  afterEach(() => second.stop());

  test('whichever stores the answer, the one that holds the connection gives it', async () => {
    // As long as WeChat waits: a busy machine needs more than the other tests hold.
    await startBoth({ holdMs: 4_500 });
    for (let turn = 1; turn <= 6; turn += 1) {
      gateway.wechat.webhookUrl = turn % 2 ? gateway.webhookUrl : second.webhookUrl;
      const user = `${openId}${turn}`;
      const pushing = gateway.wechat.writes(user, 'hello');
      await heard(turn);
      await gateway.send({ to: user, text: `answer ${turn}` });
      expect((await pushing).reply).toEqual({ type: 'text', text: `answer ${turn}` });
    }
    expect(sends()).toEqual([]);
  });

  test('scenario 01: the same push to both at the same moment: one message, one answer', async () => {
    await startBoth();
    const { wechat } = gateway;
    const xml = wechat.xml(openId, { type: 'text', text: 'hello' });
    const pushing = [gateway.webhookUrl, second.webhookUrl].map((url) => wechat.attempt(xml, {}, url));
    await heard();
    const [messageId = ''] = await gateway.send({ text: 'once' });
    const answers = await Promise.all(pushing);
    await settled(messageId);
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(answers.filter(({ body }) => body === 'success')).toHaveLength(1);
    expect(gateway.received).toHaveLength(1);
    expect(sends()).toEqual([]);
  });

  test('a wake-up that is lost costs time alone', async () => {
    await startBoth({ state: (state) => ({ ...state, ...deaf }) });
    gateway.wechat.webhookUrl = second.webhookUrl;
    const pushing = gateway.wechat.writes(openId, 'hello');
    await heard();
    const [messageId = ''] = await gateway.send({ text: 'anyway' });
    await pushing;
    await settled(messageId);
    expect(gateway.wechat.texts(openId)).toEqual(['anyway']);
  });
});

describe('an account without the customer-service interface', () => {
  test('keeps the answer for the customer’s next message', async () => {
    await start({ config: { customer_service: false } });
    const first = await gateway.wechat.writes(openId, '我的快递到哪了');
    expect(first.reply).toMatchObject({ text: expect.stringContaining('请稍后发送任意内容查看结果') });
    const [kept = ''] = await gateway.send({ text: '明天送到' });
    expect(sends()).toEqual([]);
    const second = gateway.wechat.writes(openId, '?');
    await heard(2);
    expect((await second).reply).toEqual({ type: 'text', text: '明天送到' });
    await settled(kept);
    expect(sends()).toEqual([]);
  });

  test('the kept answer goes with the new one, where that comes soon', async () => {
    await start({ config: { customer_service: false } });
    await gateway.send({ text: 'kept' });
    await until(async () => (await waiting()) === 1);
    const pushing = gateway.wechat.writes(openId, 'and?');
    await heard();
    const [fresh = ''] = await gateway.send({ text: 'new' });
    expect((await pushing).reply).toEqual({ type: 'text', text: 'kept\n\nnew' });
    await settled(fresh);
  });

  test('48001 teaches it', async () => {
    await start();
    gateway.wechat.fault(48001);
    const first = gateway.wechat.writes(openId, 'hello');
    await heard();
    await first;
    const [kept = ''] = await gateway.send({ text: 'kept' });
    await until(() => gateway.channelLog.some(({ code }) => code === '48001'));
    const next = gateway.wechat.writes(openId, 'and?');
    expect((await next).reply).toEqual({ type: 'text', text: 'kept' });
    await settled(kept);
    expect(sends()).toHaveLength(1);
  });

  test('what nobody fetched in time fails', async () => {
    await start({ config: { customer_service: false } });
    const [messageId = ''] = await gateway.send({ text: 'late', notAfter: new Date(Date.now() + 100) });
    await settled(messageId, failed);
    expect(gateway.statuses.at(-1)).toMatchObject({
      errorCode: 'NOT_AFTER_PASSED',
      failureClass: 'window-closed',
    });
  });

  const waiting = async () => {
    const [row] = await gateway.database.transaction({ tenants: [gateway.channel.tenantId] }, (tx) =>
      tx.query<{ count: number }>({ text: 'select count(*)::int as count from delivery where state = 1' }),
    );
    return row?.count ?? 0;
  };
});

import { Readable } from 'node:stream';
import { DeliveryState, Media } from '@omnigate/contracts';
import { type Gateway, type GatewayOptions, openId, startGateway, until } from '../testing/gateway';

const {
  DELIVERY_STATE_SENT: sent,
  DELIVERY_STATE_FAILED: failed,
  DELIVERY_STATE_UNKNOWN: unknown,
} = DeliveryState;

let gateway: Gateway;
/** A gateway whose follower has written, and nothing is held. */
const start = async (o: GatewayOptions = {}) => {
  gateway = await startGateway({ firstResponder: 'people', ...o });
  await gateway.wechat.writes(openId, 'hello');
};
afterEach(() => gateway.stop());

const settled = (messageId: string, state: DeliveryState) =>
  until(() => gateway.statesOf(messageId).at(-1) === state);
const sends = () => gateway.wechat.calls.filter(({ path }) => path.endsWith('/send'));
const errcodes = () => sends().map(({ errcode }) => errcode);
const statusOf = (messageId: string) =>
  gateway.statuses.filter((status) => status.messageId === messageId).at(-1);

describe('scenario 16: HTTP 200 with an errcode is no success', () => {
  test.each([
    [45015, 'window-closed'],
    [45047, 'window-closed'],
    [40003, ''],
    [43004, ''],
    [45002, ''],
  ])('%i fails for good', async (code, failureClass) => {
    await start();
    gateway.wechat.fault(code);
    const [messageId = ''] = await gateway.send({ text: 'once' });
    await settled(messageId, failed);
    expect(gateway.statesOf(messageId)).toEqual([failed]);
    expect(statusOf(messageId)).toMatchObject({ errorCode: String(code), failureClass, attempts: 1 });
    expect(errcodes()).toEqual([code]);
  });

  test.each([40001, 40014, 42001, 41001])(
    '%i: the token is refreshed and the send repeated',
    async (code) => {
      await start();
      gateway.wechat.fault(code);
      const [messageId = ''] = await gateway.send({ text: 'again' });
      await settled(messageId, sent);
      expect(errcodes()).toEqual([code, 0]);
      expect(statusOf(messageId)?.attempts).toBe(1);
      expect(gateway.wechat.texts(openId)).toEqual(['again']);
      // The same token was given again, so one was forced.
      expect(gateway.wechat.tokenCounts).toEqual({ issued: 3, forced: 1 });
    },
  );

  test('a token that another program has ended', async () => {
    await start();
    const [first = ''] = await gateway.send({ text: 'first' });
    await settled(first, sent);
    gateway.wechat.invalidateToken();
    const [second = ''] = await gateway.send({ text: 'second' });
    await settled(second, sent);
    expect(errcodes()).toEqual([0, 40001, 0]);
    expect(gateway.wechat.tokenCounts).toEqual({ issued: 2, forced: 0 });
  });

  test('-1 is tried again', async () => {
    await start();
    gateway.wechat.fault(-1);
    const [messageId = ''] = await gateway.send({ text: 'again' });
    await settled(messageId, sent);
    expect(errcodes()).toEqual([-1, 0]);
    expect(statusOf(messageId)?.attempts).toBe(2);
  });

  test('45011 and 45009 pause the channel', async () => {
    for (const code of [45011, 45009]) {
      await start();
      gateway.wechat.fault(code);
      await gateway.send({ text: 'a' });
      await until(() => gateway.channelLog.some((entry) => entry.code === String(code)));
      const [later = ''] = await gateway.send({ to: openId, text: 'b' });
      await gateway.send({ to: `${openId}2`, text: 'c' });
      await until(async () => (await queued()) === 3);
      expect([errcodes(), gateway.statesOf(later)]).toEqual([[code], []]);
      if (code === 45011) await gateway.stop();
    }
  });

  test.each([40013, 40164, 48004])('%i: the channel waits until it is changed', async (code) => {
    await start();
    gateway.wechat.fault(code);
    const [messageId = ''] = await gateway.send({ text: 'a' });
    await until(() => gateway.channelLog.some((entry) => entry.code === String(code)));
    gateway.changeChannel({});
    await settled(messageId, sent);
    expect(statusOf(messageId)?.attempts).toBe(1);
  });

  test('a wrong secret: nothing is sent until it is corrected', async () => {
    await start({ config: { app_secret: 'wrong' } });
    const [messageId = ''] = await gateway.send({ text: 'a' });
    await until(() => gateway.channelLog.some((entry) => entry.code === '40125'));
    expect(sends()).toEqual([]);
    gateway.changeChannel({ app_secret: gateway.wechat.account.appSecret });
    await settled(messageId, sent);
  });

  test.each(['bad-gateway', 'reset-before', 'reset-after', 'garbage'] as const)(
    '%s is unknown',
    async (fault) => {
      await start();
      gateway.wechat.fault(fault);
      const [messageId = ''] = await gateway.send({ text: 'once' });
      await settled(messageId, unknown);
      expect(sends().length).toBeLessThanOrEqual(1);
    },
  );

  test('WeChat’s own ledger: a sixth message, and one after 48 h', async () => {
    await start();
    const ids = await gateway.send(...Array.from({ length: 6 }, (_, n) => ({ text: `${n}` })));
    await settled(ids[5] ?? '', failed);
    expect(statusOf(ids[5] ?? '')?.errorCode).toBe('45047');
    await gateway.wechat.writes(openId, 'again');
    gateway.wechat.advance(48 * 3_600_000 + 1_000);
    const [late = ''] = await gateway.send({ text: 'late' });
    await settled(late, failed);
    expect(statusOf(late)?.errorCode).toBe('45015');
  });
});

const queued = async () => {
  const [row] = await gateway.database.transaction({ tenants: [gateway.channel.tenantId] }, (tx) =>
    tx.query<{ count: number }>({ text: 'select count(*)::int as count from delivery where state = 1' }),
  );
  return row?.count ?? 0;
};

test('one token for both replicas, however many messages there are', async () => {
  await start();
  const second = await startGateway({ beside: gateway, firstResponder: 'people' });
  const users = Array.from({ length: 30 }, (_, n) => `${openId}${n}`);
  for (const user of users) await gateway.wechat.writes(user, 'hello');
  const ids = await gateway.send(...users.map((to) => ({ to, text: 'hi' })));
  for (const id of ids) await settled(id, sent);
  expect(gateway.wechat.tokenCounts.issued).toBe(1);
  await second.stop();
});

test('a token is renewed before it expires', async () => {
  await start();
  const [first = ''] = await gateway.send({ text: 'first' });
  await settled(first, sent);
  // WeChat has a new one by then, and takes the old one still.
  gateway.wechat.advance(6_950_000);
  const [second = ''] = await gateway.send({ text: 'second' });
  await settled(second, sent);
  expect(errcodes()).toEqual([0, 0]);
});

describe('files', () => {
  const picture = Buffer.from('89504e470d0a1a0a', 'hex');
  const stored = {
    contentType: 'image/png',
    sizeBytes: picture.length,
    fileName: 'leak.png',
    open: () => Readable.from([picture]),
  };
  const image = (mediaId: string, caption = '') => ({
    content: { kind: { $case: 'image' as const, value: Media.fromPartial({ mediaId, caption }) } },
  });

  test('a picture of the store is uploaded once, and shown', async () => {
    await start({ readMedia: async (_tenant, mediaId) => (mediaId === 'm1' ? stored : undefined) });
    const ids = await gateway.send(image('m1'), image('m1', '这里漏水'));
    for (const id of ids) await settled(id, sent);
    const uploads = gateway.wechat.calls.filter(({ path }) => path.endsWith('/upload'));
    expect(uploads.map(({ errcode }) => errcode)).toEqual([0]);
    const shown = gateway.wechat.shown(openId).filter(({ by }) => by === 'customer-service');
    expect(shown.map(({ content }) => content.text ?? content.type)).toEqual(['image', '这里漏水', 'image']);
    const { mediaId } = (shown[0]?.content ?? {}) as { mediaId?: string };
    const answer = await fetch(`${gateway.wechat.url}/simulator/files/${mediaId}`);
    expect(Buffer.from(await answer.arrayBuffer())).toEqual(picture);
  });

  test('one that is not there, or too large, fails for good', async () => {
    await start({
      readMedia: async (_tenant, id) => (id === 'big' ? { ...stored, sizeBytes: 10_000_001 } : undefined),
    });
    const [none = '', big = ''] = await gateway.send(image('none'), image('big'));
    await settled(none, failed);
    await settled(big, failed);
    expect([statusOf(none)?.errorCode, statusOf(big)?.errorCode]).toEqual(['MESSAGE_INVALID', '45001']);
    expect(sends()).toEqual([]);
  });
});

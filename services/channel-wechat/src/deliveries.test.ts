import { DeliveryState, Media, MediaFetch, messageKey, topics } from '@omnigate/contracts';
import { newId } from '@omnigate/runtime';
import { samplePng, shownWords, until } from '@omnigate/testkit';
import { type Gateway, type GatewayOptions, openId, startGateway } from '../testing/gateway';

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

const mp4 = Buffer.from('000000186674797069736f6d0000020069736f6d6d703431', 'hex');

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
  const image = (mediaId: string, caption = '') => ({
    content: { kind: { $case: 'image' as const, value: Media.fromPartial({ mediaId, caption }) } },
  });
  const shownKinds = () =>
    gateway.wechat
      .shown(openId)
      .filter(({ by }) => by === 'customer-service')
      .map(({ content }) => shownWords(content));

  test('a picture of the store is uploaded once, and shown; its caption goes before it', async () => {
    await start();
    const { mediaId } = await gateway.files.media.put(gateway.channel.tenantId, samplePng());
    const ids = await gateway.send(image(mediaId), image(mediaId, '这里漏水'));
    for (const id of ids) await settled(id, sent);
    const uploads = gateway.wechat.calls.filter(({ path }) => path.endsWith('/upload'));
    expect(uploads.map(({ errcode }) => errcode)).toEqual([0]);
    expect(shownKinds()).toEqual(['image', '这里漏水', 'image']);
    const shown = gateway.wechat.shown(openId).find(({ content }) => content.type === 'image');
    const atWechat = (shown?.content as { mediaId: string } | undefined)?.mediaId;
    const answer = await fetch(`${gateway.wechat.url}/simulator/files/${atWechat}`);
    expect(Buffer.from(await answer.arrayBuffer())).toEqual(samplePng());
  });

  test('one that is not in the store fails for good', async () => {
    await start();
    const [none = ''] = await gateway.send(image('0198f000-0000-7000-8000-000000000001'));
    await settled(none, failed);
    expect(statusOf(none)?.errorCode).toBe('MESSAGE_INVALID');
    expect(sends()).toEqual([]);
  });

  test('a customer’s picture and film are fetched by their id, and kept', async () => {
    await start();
    const { channel, wechat, bus } = gateway;
    const sample = samplePng();
    await wechat.sends(openId, 'image', { contentType: 'image/png', bytes: sample });
    await until(() => gateway.received.length === 2);
    const kind = gateway.received[1]?.message?.content?.kind;
    const media = kind?.$case === 'image' ? kind.value : Media.fromPartial({});
    await wechat.sends(openId, 'video', { contentType: 'video/mp4', bytes: mp4 });
    await until(() => gateway.received.length === 3);
    const filmed = gateway.received[2]?.message?.content?.kind;
    const film = filmed?.$case === 'video' ? filmed.value : Media.fromPartial({});
    const gone = Media.fromPartial({ providerMediaId: 'gone' });
    const place = { tenantId: channel.tenantId, channel: { type: channel.type, id: channel.id } };
    const request = MediaFetch.fromPartial({
      ...place,
      messageId: '0198f000-0000-7000-8000-000000000001',
      conversationId: '0198f000-0000-7000-8000-000000000002',
      address: openId,
      items: [
        { index: 0, media },
        { index: 1, media: gone },
        { index: 2, media: { ...film, providerUrl: '' } },
      ],
    });
    await bus.append({
      topic: topics.mediaFetch('channel-wechat'),
      key: messageKey(channel.id, openId, ''),
      value: MediaFetch.encode(request).finish(),
      eventId: newId(),
      type: 'omnigate.media.v1.MediaFetch',
      tenantId: channel.tenantId,
    });
    const items = () => gateway.stored.flatMap((each) => each.items);
    await until(() => items().length === 3);
    const byIndex = new Map(items().map((item) => [item.index, item.media]));
    expect(byIndex.get(1)?.errorCode).toBe('MEDIA_UNAVAILABLE');
    const file = await gateway.files.media.get(channel.tenantId, byIndex.get(0)?.mediaId ?? '');
    expect(file).toMatchObject({ contentType: 'image/png', sizeBytes: sample.length });
    expect(byIndex.get(2)).toMatchObject({ contentType: 'video/mp4', errorCode: '' });
  });
});

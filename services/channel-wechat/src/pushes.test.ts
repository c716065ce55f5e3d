import type { Bus } from '@omnigate/bus';
import { AppError } from '@omnigate/errors';
import { until } from '@omnigate/testkit';
import { type Gateway, openId, startGateway } from '../testing/gateway';

let gateway: Gateway;
let second: Gateway;
let away = false;
const guarded = (bus: Bus): Bus => ({
  ...bus,
  publish(tx, records) {
    if (away) throw new AppError('BUS_UNAVAILABLE');
    bus.publish(tx, records);
  },
});

beforeAll(async () => {
  // Nobody answers here, so nothing is held.
  gateway = await startGateway({ firstResponder: 'people', bus: guarded });
  second = await startGateway({ beside: gateway, firstResponder: 'people' });
});
afterAll(async () => {
  await second.stop();
  await gateway.stop();
});
beforeEach(() => {
  away = false;
  gateway.received.length = 0;
});

const xml = (text = 'hello') => gateway.wechat.xml(openId, { type: 'text', text });
const push = async (change = {}, body = xml(), url = gateway.webhookUrl) => {
  const { status, body: answer } = await gateway.wechat.attempt(body, change, url);
  return [status, answer];
};
const seconds = (offset: number) => String(Math.floor(Date.now() / 1_000) + offset);
const refused = [403, ''];
const taken = [200, 'success'];

test('the URL is verified, and by nobody without the token', async () => {
  expect(await gateway.wechat.verify()).toBe(true);
  expect(await gateway.wechat.verify({ token: 'another' })).toBe(false);
  expect(await gateway.wechat.verify({ query: { signature: undefined } })).toBe(false);
  expect(await gateway.wechat.verify({ timestamp: seconds(-301) })).toBe(false);
  expect(await gateway.wechat.verify({ query: { echostr: undefined } })).toBe(false);
});

describe('scenario 17: a push', () => {
  test.each([
    ['with no signature', { query: { msg_signature: undefined } }],
    ['with neither signature', { query: { msg_signature: undefined, signature: undefined } }],
    [
      'with the signature that covers no body alone',
      { query: { msg_signature: undefined, encrypt_type: undefined } },
    ],
    ['with another token’s', { token: 'another' }],
    ['for another app', { appId: 'wx0000000000000000' }],
    ['five minutes and a second old', { timestamp: seconds(-302) }],
    // As of when the tests are collected: well before they run.
    ['from six minutes ahead', { timestamp: seconds(360) }],
    ['with no time', { timestamp: '' }],
    ['with a time in ms', { timestamp: String(Date.now()) }],
    ['with no nonce', { nonce: '' }],
    ['in plain text', { body: '<xml><ToUserName>gh_7f083739789a</ToUserName></xml>' }],
    ['of nothing', { body: '' }],
    ['of broken XML', { body: '<xml><Encrypt>' }],
    [
      'of XML with a DOCTYPE',
      { body: '<!DOCTYPE xml [<!ENTITY e SYSTEM "file:///etc/hostname">]><xml><Encrypt>&e;</Encrypt></xml>' },
    ],
  ])('%s is refused', async (_name, change) => {
    expect(await push(change)).toEqual(refused);
  });

  test('for another account is refused', async () => {
    expect(await push({}, xml().replace('gh_7f083739789a', 'gh_another'))).toEqual(refused);
  });

  test('with an old nonce and another body is refused, on each replica', async () => {
    const change = { nonce: '1372623149', timestamp: seconds(0) };
    expect(await push(change)).toEqual(taken);
    expect(await push(change)).toEqual(refused);
    expect(await push(change, xml(), second.webhookUrl)).toEqual(refused);
    await until(() => gateway.channelLog.some(({ code }) => code === 'SIGNATURE_INVALID'));
    expect(gateway.received).toHaveLength(1);
  });

  test('with a nonce that came at another time by chance is another push', async () => {
    const nonce = '1372623149';
    expect(await push({ nonce, timestamp: seconds(-10) })).toEqual(taken);
    expect(await push({ nonce, timestamp: seconds(-9) })).toEqual(taken);
    await until(() => gateway.received.length === 2);
  });

  test('once more, to the same or another replica, is acknowledged, and is no second message', async () => {
    const body = xml();
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) => push({}, body, n % 2 ? gateway.webhookUrl : second.webhookUrl)),
    );
    expect(answers).toEqual(answers.map(() => taken));
    await push({}, xml('next'));
    await until(() => gateway.received.length === 2);
    expect(gateway.received.map(({ message }) => message?.content?.kind)).toMatchObject([
      { value: { body: 'hello' } },
      { value: { body: 'next' } },
    ]);
  });

  test('that is byte for byte the same is acknowledged', async () => {
    const change = { nonce: '415670741', timestamp: seconds(0), query: {} };
    const first = await gateway.wechat.attempt(xml(), { ...change, body: 'x' });
    expect(first.status).toBe(403);
    const body = xml();
    const plain = await startGateway({ plain: true, firstResponder: 'people' });
    const repeat = () => plain.wechat.attempt(body, change);
    expect([(await repeat()).body, (await repeat()).body]).toEqual(['success', 'success']);
    expect((await plain.wechat.attempt(xml('forged'), change)).status).toBe(403);
    await until(() => plain.received.length === 1);
    await plain.stop();
  });

  test('has its time in seconds', async () => {
    const beforeMs = Math.floor(Date.now() / 1_000) * 1_000;
    await push();
    await until(() => gateway.received.length === 1);
    const atMs = gateway.received[0]?.message?.occurredTime?.getTime() ?? 0;
    expect(atMs).toBeGreaterThanOrEqual(beforeMs);
    expect(atMs).toBeLessThanOrEqual(Date.now());
  });

  test('that could not be stored is not remembered: its repeat is taken', async () => {
    away = true;
    const body = xml();
    const change = { nonce: '461056294' };
    expect((await push(change, body))[0]).toBe(503);
    away = false;
    expect(await push({}, body)).toEqual(taken);
    await until(() => gateway.received.length === 1);
  });
});

test('1 MB of XML is too large; nobody else is disturbed', async () => {
  const body = `<xml><Encrypt>${'A'.repeat(1_100_000)}</Encrypt></xml>`;
  const [large, good] = await Promise.all([push({ body }), push()]);
  expect([large[0], good]).toEqual([413, taken]);
});

test('signed but malformed is 400', async () => {
  for (const body of ['hello', '<xml/>', '<xml><ToUserName>gh_7f083739789a</ToUserName></xml>'])
    expect((await push({}, body))[0]).toBe(body.includes('gh_') ? 400 : body === '<xml/>' ? 403 : 400);
});

test.each([
  ['PUT', 404],
  ['DELETE', 404],
])('%s is answered with %i', async (method, status) => {
  expect((await fetch(gateway.webhookUrl, { method })).status).toBe(status);
});

test('other types below /webhooks/wechat- are unknown channels', async () => {
  const url = gateway.webhookUrl.replace('wechat-official', 'wechat-other');
  expect((await fetch(url, { method: 'POST', body: 'x' })).status).toBe(403);
  expect((await fetch(`${gateway.webhookUrl}/status`, { method: 'POST', body: 'x' })).status).toBe(403);
});

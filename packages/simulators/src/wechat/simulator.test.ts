import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { wechatCrypto } from './sdk';
import { outOfOrder } from './shown';
import { createWechatSimulator, type WechatSimulator } from './simulator';

const openId = 'oia2TjjewbmiOUlr6X-1crbLOvLw';
let simulator: WechatSimulator;
let account: Server;
/** What the account answers to each push; undefined: nothing at all. */
let answers: (string | undefined)[] = [];
const pushes: IncomingMessage[] = [];

beforeAll(async () => {
  account = createServer((request, response) => {
    pushes.push(request);
    const answer = answers.shift();
    if (answer !== undefined) response.end(answer);
  });
  await new Promise<void>((resolve) => account.listen(0, '127.0.0.1', resolve));
  const webhookUrl = `http://127.0.0.1:${(account.address() as AddressInfo).port}/`;
  simulator = await createWechatSimulator({ webhookUrl, attemptMs: 200 });
});
afterAll(async () => {
  await simulator.stop();
  account.closeAllConnections();
  await new Promise((resolve) => account.close(resolve));
});
beforeEach(() => {
  pushes.length = 0;
});

const seconds = () => Math.floor(Date.now() / 1_000);
const replyXml = (text: string, to = openId) =>
  `<xml><ToUserName><![CDATA[${to}]]></ToUserName><FromUserName><![CDATA[gh_7f083739789a]]></FromUserName><CreateTime>${seconds()}</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[${text}]]></Content></xml>`;
function encrypted(xml: string, o: { appId?: string; token?: string } = {}): string {
  const { token, appId, encodingAesKey } = { ...simulator.account, ...o };
  const text = wechatCrypto.encrypt(encodingAesKey, xml, appId);
  const signature = wechatCrypto.getSignature(token, seconds(), '1', text);
  return `<xml><Encrypt><![CDATA[${text}]]></Encrypt><MsgSignature><![CDATA[${signature}]]></MsgSignature><TimeStamp>${seconds()}</TimeStamp><Nonce><![CDATA[1]]></Nonce></xml>`;
}
const call = async (path: string, body?: unknown) =>
  (await (
    await fetch(`${simulator.url}${path}`, body ? { method: 'POST', body: JSON.stringify(body) } : {})
  ).json()) as Record<string, unknown>;
const token = async () => {
  const { appId: appid, appSecret: secret } = simulator.account;
  const grant = { grant_type: 'client_credential', appid, secret, force_refresh: false };
  return String((await call('/cgi-bin/stable_token', grant)).access_token);
};
const send = async (body: unknown) =>
  (await call(`/cgi-bin/message/custom/send?access_token=${await token()}`, body)).errcode;
const text = (content: string) => ({ touser: openId, msgtype: 'text', text: { content } });

test('what is not answered is pushed three times, and the follower is told', async () => {
  answers = [undefined, undefined, undefined, 'success'];
  const { attempts, refused } = await simulator.writes(openId, 'hello');
  expect([attempts.length, refused, pushes.length]).toEqual([3, 'no answer', 3]);
  expect(simulator.shown(openId).at(-1)).toMatchObject({ by: 'system', content: { text: outOfOrder } });
});

test.each([
  ['a plain reply in AES mode', () => replyXml('hi')],
  ['JSON', () => '{}'],
  ['a wrong signature', () => encrypted(replyXml('hi'), { token: 'another' })],
  ['another app', () => encrypted(replyXml('hi'), { appId: 'wx0' })],
  ['another follower', () => encrypted(replyXml('hi', 'another'))],
  ['a text that is too long', () => encrypted(replyXml('好'.repeat(683)))],
])('%s is refused', async (_name, answer) => {
  answers = [answer()];
  const { attempts, refused } = await simulator.writes(openId, 'hello');
  expect([attempts.length, refused]).not.toEqual([1, '']);
});

test('a good reply is shown; all of it by HTTP, too', async () => {
  answers = [encrypted(replyXml('a]]]]><![CDATA[>b'))];
  const user = 'oOther';
  answers = [encrypted(replyXml('a]]]]><![CDATA[>b', user))];
  expect(await call(`/simulator/users/${user}/messages`, { type: 'text', text: 'hello' })).toEqual({
    attempts: 1,
    refused: '',
  });
  expect((await call(`/simulator/users/${user}/messages?after=1`)).messages).toMatchObject([
    { seq: 2, by: 'passive', content: { type: 'text', text: 'a]]>b' } },
  ]);
});

test('five messages in 48 hours after a message, three in a minute after a tap', async () => {
  answers = ['success', 'success', 'success'];
  await simulator.writes(openId, 'hello');
  const codes: unknown[] = [];
  while (codes.length < 6) codes.push(await send(text('hi')));
  expect(codes).toEqual([0, 0, 0, 0, 0, 45047]);
  await simulator.does(openId, { type: 'event', event: 'CLICK', key: 'k' });
  expect([
    await send(text('1')),
    await send(text('2')),
    await send(text('3')),
    await send(text('4')),
  ]).toEqual([0, 0, 0, 45047]);
  simulator.advance(48 * 3_600_000 + 1_000);
  expect(await send(text('late'))).toBe(45015);
  await simulator.does(openId, { type: 'event', event: 'unsubscribe' });
  expect(await send(text('gone'))).toBe(43004);
});

test('bodies are checked, and tokens', async () => {
  answers = ['success'];
  await simulator.writes(openId, 'hello');
  expect(await send(text('好'.repeat(683)))).toBe(45002);
  expect(await send(text(''))).toBe(44004);
  expect(await send({ touser: openId, msgtype: 'image', image: { media_id: 'none' } })).toBe(40007);
  expect((await call('/cgi-bin/message/custom/send', text('x'))).errcode).toBe(41001);
  expect((await call('/cgi-bin/message/custom/send?access_token=x', text('x'))).errcode).toBe(40001);
  const old = await token();
  expect(await token()).toBe(old);
  simulator.advance(7_200_000);
  expect((await call(`/cgi-bin/message/custom/send?access_token=${old}`, text('x'))).errcode).toBe(42001);
});

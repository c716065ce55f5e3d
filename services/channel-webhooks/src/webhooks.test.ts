import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import type { Bus } from '@omnigate/bus';
import { AppError } from '@omnigate/errors';
import { newSid, until } from '@omnigate/testkit';
import { account, type Gateway, startGateway } from '../testing/gateway';

let gateway: Gateway;
let away = false;
const guard =
  (bus: Bus) =>
  <A extends unknown[]>(work: (...parameters: A) => Promise<void>) =>
  (...parameters: A) =>
    away ? Promise.reject(new AppError('BUS_UNAVAILABLE')) : work.apply(bus, parameters);

beforeAll(async () => {
  gateway = await startGateway({
    bus: (bus) => ({ ...bus, append: guard(bus)(bus.append), appendAll: guard(bus)(bus.appendAll) }),
  });
});
afterAll(() => gateway.stop());
beforeEach(() => {
  away = false;
  gateway.received.length = 0;
});

const from = '+14158675309';
const inbound = (o: Partial<Parameters<Gateway['twilio']['inbound']>[0]> = {}) =>
  gateway.twilio.inbound({ url: gateway.webhookUrl(), from, to: account.from, body: 'hello', ...o });
const statuses = async (answers: ReturnType<typeof inbound>) => (await answers).map(({ status }) => status);

test('the same webhook 100 times at once: all acknowledged, all with one event id', async () => {
  const answers = await inbound({ copies: 100 });
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  await until(() => gateway.received.length === 100);
  expect(new Set(gateway.received.map(({ message }) => message?.eventId)).size).toBe(1);
});

test('scenario 03: nine pictures are nine messages of one key, kept by reference', async () => {
  const urls = Array.from(
    { length: 9 },
    (_, n) => `https://api.twilio.com/2010-04-01/Accounts/AC1/Media/ME${n}`,
  );
  for (const url of urls) await inbound({ media: [{ url, contentType: 'image/jpeg' }], body: '' });
  await until(() => gateway.received.length === 9);
  const seen = gateway.received.map(({ message }) => message?.content?.kind);
  expect(seen.map((kind) => (kind?.$case === 'image' ? kind.value.providerUrl : undefined))).toEqual(urls);
});

test('the bus away: 503 with Retry-After; the repeat is taken when it is back', async () => {
  const messageSid = newSid('SM');
  away = true;
  const [refused] = await inbound({ messageSid });
  expect(refused).toMatchObject({ status: 503, headers: { 'retry-after': expect.stringMatching(/^\d+$/) } });
  away = false;
  expect(await statuses(inbound({ messageSid }))).toEqual([200]);
  await until(() => gateway.received.length === 1);
});

test('another tenant’s secret, another URL and a stale token are refused, and told to the operator', async () => {
  const other = gateway.addChannel({ config: { auth_token: 'of another tenant' } });
  expect(await statuses(inbound({ change: { authToken: 'of another tenant' } }))).toEqual([403]);
  expect(await statuses(inbound({ change: { signedUrl: gateway.webhookUrl(other) } }))).toEqual([403]);
  await until(() => gateway.channelLog.some((entry) => entry.code === 'SIGNATURE_INVALID'));
  const entry = gateway.channelLog.find(({ code }) => code === 'SIGNATURE_INVALID');
  expect(entry).toMatchObject({
    channelId: gateway.channel.id,
    tenantId: gateway.channel.tenantId,
    stage: 'receive',
  });
  expect(JSON.stringify(gateway.channelLog)).not.toContain(from);
});

test('signed, with thousands of fields or a huge text', async () => {
  const params = Object.fromEntries(Array.from({ length: 5_000 }, (_, n) => [`Field${n}`, 'x']));
  expect(await statuses(inbound({ params }))).toEqual([200]);
  expect(await statuses(inbound({ body: '你'.repeat(80_000) }))).toEqual([200]);
  expect(await statuses(inbound({ body: 'x'.repeat(1_048_576) }))).toEqual([413]);
});

test('a record over 900 KB is refused before it is acknowledged', async () => {
  expect(await statuses(inbound({ body: 'x'.repeat(950_000) }))).toEqual([413]);
});

test('methods, garbage and idle sockets leave the service answering', async () => {
  const { port } = new URL(gateway.url);
  const garbage = [
    'GET /webhooks/sms-twilio HTTP/9.9\r\n\r\n',
    '\0\0\0\0',
    'POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n',
  ];
  await Promise.all(
    garbage.map(
      (bytes) =>
        new Promise<void>((resolve) => {
          const socket = connect(Number(port), '127.0.0.1', () => socket.end(bytes));
          socket.on('error', () => {}).on('close', () => resolve());
          socket.resume();
        }),
    ),
  );
  const idle = Array.from({ length: 200 }, () => connect(Number(port), '127.0.0.1').on('error', () => {}));
  expect(await statusOf('GET', new URL(gateway.webhookUrl()))).toBe(403);
  expect(await statusOf('PUT', new URL(gateway.webhookUrl()))).toBe(404);
  expect(await statusOf('POST', new URL(`${gateway.url}/webhooks`))).toBe(404);
  expect(await statusOf('POST', new URL(`${gateway.url}/webhooks/`))).toBe(403);
  expect(await statusOf('POST', new URL(`${gateway.webhookUrl()}/status`))).toBe(403);
  expect(await statuses(inbound())).toEqual([200]);
  for (const socket of idle) socket.destroy();
});

function statusOf(method: string, url: URL): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    httpRequest(url, { method, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on('error', reject)
      .end();
  });
}

import { request } from 'node:http';
import { account, type Bed, openBed } from '../../testing/bed';
import { orderToken } from '../providers';
import { providerPaths } from './provider-routes';

let bed: Bed;
beforeAll(async () => {
  bed = await openBed();
});
afterAll(() => bed.close());

const { wechat, orders } = providerPaths;
const authorization = `Bearer ${orderToken}`;

/** Asks with the path as it is written: clients take dots out. */
function statusOf(path: string, method = 'GET'): Promise<number | undefined> {
  const { hostname, port } = new URL(bed.url);
  return new Promise((resolve, reject) => {
    request({ hostname, port, path, method }, (response) => resolve(response.resume().statusCode))
      .on('error', reject)
      .end();
  });
}

test("WeChat's API answers for the channel's account, and for no other", async () => {
  const token = (appId: string) =>
    fetch(`${bed.url}${wechat}/cgi-bin/stable_token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        grant_type: 'client_credential',
        appid: appId,
        secret: account.app_secret,
      }),
    }).then((response) => response.json());
  expect(await token(account.app_id)).toMatchObject({ access_token: expect.stringMatching(/./) });
  expect(await token('wxsomeoneelse')).toMatchObject({ errcode: expect.any(Number) });
});

test.each([
  `${wechat}/simulator/stats`,
  `${wechat}/simulator/users/oDemo/messages`,
  `${wechat}/`,
  `${wechat}/sns/userinfo`,
  `${orders}/simulator/fault/slow`,
  `${orders}/`,
])('%s is not passed on', async (path) => {
  expect(await statusOf(path)).toBe(404);
});

test.each(['..', '%2e%2e', '.%2e', String.raw`..\..`])(
  'what steers the simulator is not reached by %s',
  async (up) => {
    expect(await statusOf(`${wechat}/cgi-bin/${up}/simulator/stats`)).toBe(400);
    expect(await statusOf(`${wechat}/cgi-bin/a/${up}/${up}/simulator/webhook`, 'POST')).toBe(400);
  },
);

test('the order system answers for its orders, bills and rooms, to its token alone, and is only read', async () => {
  const look = (path: string, headers: Record<string, string> = { authorization }) =>
    fetch(`${bed.url}${orders}${path}`, { headers });
  const phone = encodeURIComponent('+8613800000001');
  expect((await look('/orders?openid=nobody')).status).toBe(404);
  expect((await look(`/orders?phone=${phone}`, {})).status).toBe(401);
  expect(await statusOf(`${orders}/orders`, 'POST')).toBe(404);
  expect(await statusOf(`${orders}/orders`, 'PUT')).toBe(404);
});

test('whoever uses the telephone has orders and bills from then on', async () => {
  const user = 'oDemo0123456789abc';
  const look = (path: string) =>
    fetch(`${bed.url}${orders}/${path}?openid=${user}`, { headers: { authorization } });
  expect((await look('orders')).status).toBe(404);
  await bed.ask({ method: 'POST', url: '/demo/api/wechat/users', payload: { user } });
  expect(await (await look('orders')).json()).toMatchObject({ data: { orders: expect.any(Array) } });
  expect(await (await look('bills')).json()).toMatchObject({ bills: expect.any(Array) });
});

test('where the WeChat channel was deleted, its provider is not found', async () => {
  const other = await openBed();
  other.channels.delete('demo-wechat');
  const response = await other.ask({ url: `${wechat}/cgi-bin/stable_token` });
  expect([response.statusCode, response.json().code]).toEqual([404, 'NOT_FOUND']);
  await other.close();
});

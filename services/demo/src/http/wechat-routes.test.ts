import { samplePng } from '@omnigate/testkit';
import { type Bed, openBed } from '../../testing/bed';

let bed: Bed;
beforeAll(async () => {
  bed = await openBed();
});
afterAll(() => bed.close());

const api = '/demo/api/wechat';
let users = 0;
function newUser(): string {
  users += 1;
  return `oDemo${String(users).padStart(12, '0')}`;
}
const post = (path: string, payload: object) => bed.ask({ method: 'POST', url: `${api}${path}`, payload });
const shownTo = async (user: string) =>
  (await bed.ask({ url: `${api}/messages?user=${user}` })).json().messages as Record<string, unknown>[];
const sendPicture = (user: string, picture: Buffer, contentType = 'application/octet-stream') =>
  bed.ask({
    method: 'POST',
    url: `${api}/pictures?user=${user}`,
    headers: { 'content-type': contentType },
    payload: picture,
  });

test('a text is shown, and pushed to the webhook of the channel', async () => {
  const user = newUser();
  const response = await post('/messages', { user, text: '水管漏水了' });
  expect([response.statusCode, response.headers['cache-control']]).toEqual([200, 'no-store']);
  expect(await shownTo(user)).toEqual([
    { id: expect.any(String), mine: true, text: '水管漏水了', picture: '', options: [] },
  ]);
  // It follows the account first.
  const webhook = `/webhooks/wechat-official/${bed.channels.get('demo-wechat')?.id}?`;
  while (bed.pushed.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(bed.pushed.every((path) => path.startsWith(webhook))).toBe(true);
});

test('a choice is shown by its label', async () => {
  const user = newUser();
  await post('/messages', { user, text: '3 号楼', choice: '#value:3' });
  expect(await shownTo(user)).toMatchObject([{ mine: true, text: '3 号楼' }]);
});

test.each([
  ['no user', { text: 'a' }],
  ['a user of others', { user: 'oReal0123456789', text: 'a' }],
  ['a user that is a path', { user: 'oDemo../../simulator', text: 'a' }],
  ['a user that is too long', { user: `oDemo${'a'.repeat(24)}`, text: 'a' }],
  ['no text', { user: 'oDemo0123456789' }],
  ['an empty text', { user: 'oDemo0123456789', text: '' }],
  ['a text that is too long', { user: 'oDemo0123456789', text: 'a'.repeat(2_001) }],
  ['a text that is none', { user: 'oDemo0123456789', text: 7 }],
  ['a choice that is too long', { user: 'oDemo0123456789', text: 'a', choice: 'a'.repeat(201) }],
])('%s is refused', async (_, message) => {
  const response = await post('/messages', message);
  expect([response.statusCode, response.json().code]).toEqual([400, 'PAYLOAD_MALFORMED']);
});

test('whoever only looks at the page follows nobody', async () => {
  const before = bed.pushed.length;
  const user = newUser();
  expect((await post('/users', { user })).statusCode).toBe(200);
  expect(await shownTo(user)).toEqual([]);
  expect(bed.pushed).toHaveLength(before);
});

test('coming and looking want a user too', async () => {
  expect((await post('/users', { user: 'somebody' })).statusCode).toBe(400);
  expect((await bed.ask({ url: `${api}/messages` })).statusCode).toBe(400);
});

test.each([
  ['PNG', samplePng(), 'image/png'],
  ['JPEG', Buffer.from('ffd8ffe000104a464946', 'hex'), 'image/jpeg'],
  ['GIF', Buffer.from('474946383961', 'hex'), 'image/gif'],
])('a picture is taken as %s by its beginning, and shown', async (_, bytes, contentType) => {
  const user = newUser();
  expect((await sendPicture(user, bytes)).statusCode).toBe(200);
  const [message] = await shownTo(user);
  const picture = await bed.ask({ url: String(message?.picture) });
  expect([picture.statusCode, picture.headers['content-type'], picture.rawPayload]).toEqual([
    ...[200, contentType, bytes],
  ]);
  expect(picture.headers['x-content-type-options']).toBe('nosniff');
});

test.each([
  ['SVG', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>')],
  ['HTML', Buffer.from('<!doctype html><script>alert(1)</script>')],
  ['WebP, which WeChat does not take', Buffer.from('52494646240000005745425056503820', 'hex')],
  ['nothing', Buffer.alloc(0)],
])('%s is no picture', async (_, bytes) => {
  const user = newUser();
  const response = await sendPicture(user, bytes);
  expect([response.statusCode, response.json().code]).toEqual([415, 'MEDIA_TYPE_REFUSED']);
  expect(await shownTo(user)).toEqual([]);
});

test('a picture that is too large, and one that says it is something else, are refused', async () => {
  const large = await sendPicture(newUser(), Buffer.alloc(10_000_001, 1));
  expect([large.statusCode, large.json().code]).toEqual([413, 'PAYLOAD_TOO_LARGE']);
  expect((await sendPicture(newUser(), samplePng(), 'text/html')).statusCode).toBe(400);
});

test.each(['nothing', '..%2f..%2fsimulator%2fstats', '%2e%2e'])(
  'a picture called %s is not there',
  async (id) => {
    expect((await bed.ask({ url: `${api}/pictures/${id}` })).statusCode).toBe(404);
  },
);

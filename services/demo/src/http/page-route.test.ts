import { type Bed, openBed } from '../../testing/bed';

let bed: Bed;
afterEach(() => bed.close());

const page = () => bed.ask({ url: '/demo' });

test('the page has both telephones, the report and the widget, under a policy that lets nothing else run', async () => {
  bed = await openBed();
  const { statusCode, headers, body } = await page();
  expect(statusCode).toBe(200);
  expect(headers).toMatchObject({ 'x-frame-options': 'DENY', 'x-content-type-options': 'nosniff' });
  expect(headers['content-security-policy']).not.toContain('unsafe');
  for (const text of [
    bed.channels.get('demo-web')?.id ?? '-',
    ...['data-view="wechat"', 'data-view="worker"', 'data-view="report"', '/demo/demo.js'],
    ...['物业费怎么交？', 'When will my order ship?', '转人工', 'npx omnigate desk'],
  ])
    expect(body).toContain(text);
});

test('its script is there', async () => {
  bed = await openBed();
  const { statusCode, headers, body } = await bed.ask({ url: '/demo/demo.js' });
  expect(statusCode).toBe(200);
  expect(headers['content-type']).toBe('text/javascript; charset=utf-8');
  expect(() => new Function(body)).not.toThrow();
});

test('where the web channel or the tenant is gone it says how to make a channel', async () => {
  bed = await openBed();
  bed.channels.delete('demo-web');
  expect(await page()).toMatchObject({
    statusCode: 404,
    body: expect.stringContaining('npx omnigate apply'),
  });
  bed.tenants.clear();
  expect((await page()).statusCode).toBe(404);
});

test('where WeChat is gone the chat is left', async () => {
  bed = await openBed();
  bed.channels.delete('demo-wechat');
  const { statusCode, body } = await page();
  expect(statusCode).toBe(200);
  expect(body).not.toContain('data-view');
});

test('what is reached from elsewhere shows the chat, and nothing that needs no key', async () => {
  bed = await openBed({ publicUrl: 'https://chat.example.com' });
  const { statusCode, body } = await page();
  expect(statusCode).toBe(200);
  expect(body).not.toContain('data-view');
  for (const url of [
    '/demo/api/tickets',
    '/demo/api/report',
    '/demo/api/wechat/messages?user=oDemo0123456789',
    '/demo/providers/orders/orders',
  ])
    expect((await bed.ask({ url })).statusCode).toBe(403);
});

test('with OMNIGATE_DEMO=0 nothing of it answers', async () => {
  bed = await openBed({ shown: false });
  expect(await page()).toMatchObject({
    statusCode: 404,
    body: expect.stringContaining('npx omnigate apply'),
  });
  for (const url of [
    '/demo/demo.js',
    '/demo/api/tickets',
    '/demo/api/report',
    '/demo/api/wechat/messages?user=oDemo0123456789',
    '/demo/providers/orders/orders?phone=1',
    '/demo/providers/wechat/cgi-bin/stable_token',
  ])
    expect((await bed.ask({ url })).statusCode).toBe(404);
});

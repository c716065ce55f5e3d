import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { isAppError } from '@omnigate/errors';
import { createProviderConnections } from './provider-http';

const connections = createProviderConnections({ connections: 4, fetchAllow: [] });
const http = connections.forChannel({ privateApiAllowed: true });
const servers: Server[] = [];

afterAll(async () => {
  await connections.close();
  for (const server of servers) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'answered',
    (error: unknown) => (isAppError(error) ? error.code : error),
  );

test('any status is an answer, and a redirect is not followed', async () => {
  const url = await serve((request, response) =>
    response.writeHead(302, { location: '/x', 'x-path': request.url }).end('there'),
  );
  const answer = await http.request({ method: 'GET', url: `${url}/a?b=c` });
  expect([answer.status, answer.headers['x-path'], answer.body.toString()]).toEqual([302, '/a?b=c', 'there']);
});

test('connections are kept, at most so many', async () => {
  const ports = new Set<number | undefined>();
  const url = await serve((request, response) => {
    ports.add(request.socket.remotePort);
    response.end();
  });
  await Promise.all(Array.from({ length: 40 }, () => http.request({ method: 'POST', url, body: 'x' })));
  expect(ports.size).toBeLessThanOrEqual(4);
});

test.each(['http://127.0.0.1:1', 'http://no-such-host.invalid'])('%s was written nothing', async (url) => {
  expect(await codeOf(http.request({ method: 'POST', url }))).toBe('NOT_WRITTEN');
});

test('TLS that fails was written nothing', async () => {
  const server = createTcpServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => socket.end('not TLS at all', () => socket.destroy()));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  expect(await codeOf(http.request({ method: 'POST', url: `https://127.0.0.1:${port}`, body: 'x' }))).toBe(
    'NOT_WRITTEN',
  );
  await new Promise((resolve) => server.close(resolve));
});

test('no answer in time is ambiguous', async () => {
  const url = await serve(() => {});
  expect(await codeOf(http.request({ method: 'POST', url, timeoutMs: 50 }))).toBe('AMBIGUOUS');
});

test('an answer that breaks off, and one that never ends, are ambiguous', async () => {
  const broken = await serve((_request, response) => {
    response.writeHead(200, { 'content-length': '100' }).write('half');
    setImmediate(() => response.destroy());
  });
  expect(await codeOf(http.request({ method: 'POST', url: broken }))).toBe('AMBIGUOUS');
  const endless = await serve((_request, response) => {
    response.on('error', () => {});
    const chunk = Buffer.alloc(1 << 16);
    const more = () => {
      while (!response.destroyed && response.write(chunk));
      if (!response.destroyed) response.once('drain', more);
    };
    more();
  });
  expect(await codeOf(http.request({ method: 'GET', url: endless }))).toBe('AMBIGUOUS');
});

test('an answer that is a file may be as large as its request says, and no larger', async () => {
  const url = await serve((_request, response) => response.end(Buffer.alloc(3 << 20)));
  const get = (maxResponseBytes: number) => http.request({ method: 'GET', url, maxResponseBytes });
  expect((await get(3 << 20)).body).toHaveLength(3 << 20);
  expect(await codeOf(get((3 << 20) - 1))).toBe('MEDIA_TOO_LARGE');
});

test('what was given up before it had a connection was written nothing', async () => {
  let requests = 0;
  const url = await serve(() => {
    requests += 1;
  });
  const held = Array.from({ length: 4 }, () => codeOf(http.request({ method: 'POST', url, timeoutMs: 300 })));
  const giveUp = new AbortController();
  const queued = codeOf(http.request({ method: 'POST', url, signal: giveUp.signal }));
  setTimeout(() => giveUp.abort(), 50);
  expect(await queued).toBe('NOT_WRITTEN');
  expect(await codeOf(http.request({ method: 'POST', url, signal: AbortSignal.abort() }))).toBe(
    'NOT_WRITTEN',
  );
  expect(await Promise.all(held)).toEqual(Array(4).fill('AMBIGUOUS'));
  expect(requests).toBe(4);
});

test.each(['not a url', 'ftp://127.0.0.1/', 'file:///etc/passwd', ''])('%j is no provider', async (url) => {
  expect(await codeOf(http.request({ method: 'GET', url }))).toBe('CHANNEL_CONFIG');
});

test('a name that resolves to a private address is refused, unless it stands on the list', async () => {
  const url = (await serve((_request, response) => response.end('ok'))).replace('127.0.0.1', 'localhost');
  const guarded = connections.forChannel({ privateApiAllowed: false });
  expect(await codeOf(guarded.request({ method: 'GET', url }))).toBe('CHANNEL_CONFIG');
  const listed = createProviderConnections({ fetchAllow: [new URL(url).host] });
  expect((await listed.forChannel({ privateApiAllowed: false }).request({ method: 'GET', url })).status).toBe(
    200,
  );
  await listed.close();
});

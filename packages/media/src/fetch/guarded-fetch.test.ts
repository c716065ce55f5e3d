import type { lookup } from 'node:dns';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isAppError } from '@omnigate/errors';
import { createGuardedFetch, type FetchOptions } from './guarded-fetch';
import { publicLookup } from './public-lookup';

const servers: Server[] = [];

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

type Answers = Record<string, string[][]>;

/** Names as a hostile server of names answers: the first list the first time, the next the next time. */
function resolverOf(names: Answers): { resolve: typeof lookup; asked: string[] } {
  const asked: string[] = [];
  const resolve = ((name: string, _options: unknown, callback: (...args: unknown[]) => void) => {
    const answers = names[name] ?? [];
    const addresses = answers[Math.min(asked.filter((each) => each === name).length, answers.length - 1)];
    asked.push(name);
    if (!addresses) return callback(Object.assign(new Error('not found'), { code: 'ENOTFOUND' }));
    return callback(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
  }) as typeof lookup;
  return { resolve, asked };
}

const opened: { close(): Promise<void> }[] = [];

function fetching(o: { allow?: string[]; names?: Answers } = {}) {
  const guard = createGuardedFetch({ allow: o.allow ?? [], lookup: resolverOf(o.names ?? {}).resolve });
  opened.push(guard);
  return async (url: string, options?: FetchOptions) => {
    try {
      const { body } = await guard.fetch(url, options);
      return body.toString();
    } catch (error) {
      return isAppError(error) ? error.code : error;
    }
  };
}

afterAll(async () => {
  for (const each of opened) await each.close();
  for (const server of servers) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

test('an address on the list is fetched, with what the server says of it', async () => {
  const host = await serve((_request, response) =>
    response.writeHead(200, { 'content-type': 'image/png' }).end('bytes'),
  );
  const guard = createGuardedFetch({ allow: [host] });
  const { contentType, body } = await guard.fetch(`http://${host}/a?b`);
  expect([contentType, body.toString()]).toEqual(['image/png', 'bytes']);
  await guard.close();
});

test.each([
  'http://127.0.0.1:PORT/',
  'http://2130706433:PORT/',
  'http://0x7f.1:PORT/',
  'http://[::ffff:127.0.0.1]:PORT/',
  'http://[::1]:PORT/',
  'http://169.254.169.254/latest/meta-data',
  'http://home.test:PORT/',
  'http://mixed.test:PORT/',
  'file:///etc/passwd',
  'ftp://127.0.0.1:PORT/',
  'data:text/plain,x',
  'http://user:password@8.8.8.8/',
  'no url',
  '',
])('%s is refused before anything is asked', async (url) => {
  let requests = 0;
  const host = await serve((_request, response) => {
    requests += 1;
    response.end('secret');
  });
  const names = { 'home.test': [['127.0.0.1']], 'mixed.test': [['8.8.8.8', '127.0.0.1']] };
  const port = host.split(':')[1] as string;
  expect(await fetching({ names })(url.replace('PORT', port))).toBe('FETCH_REFUSED');
  expect(requests).toBe(0);
});

test('a redirect is judged as the first address was', async () => {
  let requests = 0;
  const inner = await serve((_request, response) => {
    requests += 1;
    response.end('secret');
  });
  const port = inner.split(':')[1] as string;
  for (const location of [
    `http://${inner}/`,
    `http://home.test:${port}/`,
    'file:///etc/passwd',
    '//[::1]/',
  ]) {
    const outer = await serve((_request, response) => response.writeHead(302, { location }).end());
    const get = fetching({ allow: [outer], names: { 'home.test': [['127.0.0.1']] } });
    expect(await get(`http://${outer}/`)).toBe('FETCH_REFUSED');
  }
  expect(requests).toBe(0);
});

test('a name that is public when it is judged and private when it is used gains nothing', async () => {
  const { resolve, asked } = resolverOf({ 'rebind.test': [['8.8.8.8'], ['127.0.0.1']] });
  const lookedUp = (all: boolean) =>
    new Promise<unknown>((done) =>
      publicLookup(resolve, () => new Error('refused'))('rebind.test', { all }, (error, address) =>
        done(error ? error.message : address),
      ),
    );
  // The socket gets the address that was judged; nobody asks for the name in between.
  expect(await lookedUp(true)).toEqual([{ address: '8.8.8.8', family: 4 }]);
  expect(asked).toHaveLength(1);
  expect(await lookedUp(false)).toBe('refused');
});

test('an address that one fetch alone may lead to is no other’s', async () => {
  const host = await serve((_request, response) => response.end('there'));
  const get = fetching();
  expect(await get(`http://${host}/`, { allow: [host] })).toBe('there');
  expect(await get(`http://${host}/`)).toBe('FETCH_REFUSED');
});

test('three redirects are followed, a fourth is not', async () => {
  const host = await serve((request, response) => {
    const left = Number(request.url?.slice(1));
    if (left === 0) response.end('there');
    else response.writeHead(307, { location: `/${left - 1}` }).end();
  });
  const get = fetching({ allow: [host] });
  expect(await get(`http://${host}/3`)).toBe('there');
  expect(await get(`http://${host}/4`)).toBe('FETCH_REFUSED');
});

test("credentials go to the URL's own origin alone", async () => {
  const seen: (string | undefined)[] = [];
  const note: RequestListener = (request, response) => {
    seen.push(request.headers.authorization);
    response.end('there');
  };
  const store = await serve(note);
  const host = await serve((request, response) => {
    seen.push(request.headers.authorization);
    response.writeHead(307, { location: request.url === '/own' ? '/stay' : `http://${store}/` }).end();
    if (request.url === '/stay') response.end();
  });
  const get = fetching({ allow: [host, store] });
  await get(`http://${host}/`, { headers: { authorization: 'Basic x' } });
  expect(seen).toEqual(['Basic x', undefined]);
});

test.each([
  ['that says how large it is', true],
  ['that does not', false],
])('a body too large is cut off, one %s', async (_name, says) => {
  const host = await serve((_request, response) => {
    response.on('error', () => {});
    response.writeHead(200, says ? { 'content-length': 1_000_000 } : {});
    response.end(Buffer.alloc(1_000_000));
  });
  expect(await fetching({ allow: [host] })(`http://${host}/`, { maxBytes: 1_000 })).toBe('MEDIA_TOO_LARGE');
});

test('a body that trickles in is cut off by the time of the whole', async () => {
  const timers: NodeJS.Timeout[] = [];
  const host = await serve((_request, response) => {
    response.on('error', () => {});
    timers.push(setInterval(() => response.write('.'), 20));
  });
  expect(await fetching({ allow: [host] })(`http://${host}/`, { timeoutMs: 200 })).toBe('FETCH_FAILED');
  for (const timer of timers) clearInterval(timer);
});

test('what may work later is told from what never will', async () => {
  const host = await serve((request, response) => response.writeHead(Number(request.url?.slice(1))).end());
  const get = fetching({ allow: [host] });
  for (const status of [401, 408, 429, 500, 503])
    expect(await get(`http://${host}/${status}`)).toBe('FETCH_FAILED');
  for (const status of [400, 403, 404, 410, 204, 304])
    expect(await get(`http://${host}/${status}`)).toBe('MEDIA_UNAVAILABLE');
  expect(await get('http://nowhere.test/')).toBe('FETCH_FAILED');
  const aborted = AbortSignal.abort();
  expect(await get(`http://${host}/200`, { signal: aborted })).toBe('FETCH_FAILED');
});

import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, request, type Server } from 'node:http';
import { connect as connectHttp2, createServer as createHttp2Server, type Http2Server } from 'node:http2';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket, WebSocketServer } from 'ws';
import { freePorts } from '../free-ports';
import { startTethered, type Tethered } from '../processes/tethered';
import { prepareNginx } from './nginx';
import type { Upstream } from './paths';

/** What a fake service got. */
interface Got {
  by: string;
  path: string;
  headers: Record<string, unknown>;
  bytes: number;
}

const got: Got[] = [];
const bodyLimit = 1_048_576;

function takeBody(by: string, incoming: IncomingMessage): Promise<Got> {
  const request = { by, path: incoming.url ?? '', headers: incoming.headers, bytes: 0 };
  got.push(request);
  incoming.on('data', (chunk: Buffer) => {
    request.bytes += chunk.length;
  });
  return once(incoming, 'end').then(() => request);
}

/** Answers what it got; like our servers it refuses what is too large or slow before it has come whole. */
function httpService(name: string): Server {
  const limits = { requestTimeout: 1_000, headersTimeout: 1_000, connectionsCheckingInterval: 100 };
  const server = createServer(limits, (incoming, response) => {
    if (Number(incoming.headers['content-length'] ?? 0) > bodyLimit) {
      got.push({ by: name, path: incoming.url ?? '', headers: {}, bytes: 0 });
      response.writeHead(413).end('too large');
      return;
    }
    takeBody(name, incoming).then(
      (request) => {
        if (request.path.includes('die')) incoming.socket.destroy();
        else response.end(JSON.stringify(request));
      },
      () => undefined,
    );
  });
  const sockets = new WebSocketServer({ server });
  sockets.on('connection', (socket) => socket.on('message', (data) => socket.send(`${name}: ${data}`)));
  return server;
}

function grpcService(name: string): Http2Server {
  const server = createHttp2Server();
  server.on('stream', (stream, headers) => {
    got.push({ by: name, path: String(headers[':path']), headers: { ...headers }, bytes: 0 });
    stream.on('error', () => undefined);
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0', 'served-by': name }));
    stream.end();
  });
  return server;
}

describe('the front door', () => {
  const services: Record<string, Server | Http2Server> = {
    webhooks: httpService('webhooks'),
    web: httpService('web'),
    demo: httpService('demo'),
    wechat: httpService('wechat'),
    operations: httpService('operations'),
    directory: grpcService('directory'),
    routing: grpcService('routing'),
    analytics: grpcService('analytics'),
  };
  let folder: string;
  let nginx: Tethered;
  let url: string;
  let grpcUrl: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'omnigate-front-door-'));
    const addresses: Record<string, string> = {};
    for (const [name, server] of Object.entries(services)) {
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      addresses[name] = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    }
    const [httpPort, grpcPort, deadPort] = await freePorts(3);
    const dead = `127.0.0.1:${deadPort}`;
    const servers = {
      // Of two servers one is down.
      webhooks: [dead, addresses.webhooks],
      web: [addresses.web],
      demo: [addresses.demo],
      wechat: [addresses.wechat],
      operations: [addresses.operations],
      directory: [addresses.directory],
      routing: [addresses.routing],
      analytics: [addresses.analytics],
      bot: [dead],
      ticket: [dead],
      integration: [dead],
    } as Record<Upstream, string[]>;
    url = `http://127.0.0.1:${httpPort}`;
    grpcUrl = `http://127.0.0.1:${grpcPort}`;
    const { command, args } = prepareNginx(folder, {
      http: `127.0.0.1:${httpPort}`,
      grpc: `127.0.0.1:${grpcPort}`,
      servers,
    });
    nginx = await startTethered(command, args);
    nginx.stderr.on('data', (chunk) => process.stderr.write(chunk));
    while (
      !(await fetch(`${url}/livez`).then(
        () => true,
        () => false,
      ))
    )
      await sleep(20);
  }, 30_000);
  beforeEach(() => got.splice(0));
  afterAll(async () => {
    await nginx?.kill();
    for (const server of Object.values(services)) server.close();
    for (const server of Object.values(services)) (server as Partial<Server>).closeAllConnections?.();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Sends a path as it is: fetch would put it in order. */
  async function send(path: string, options: { method?: string; headers?: object; body?: Buffer } = {}) {
    const { hostname, port } = new URL(url);
    const outgoing = request({
      hostname,
      port,
      path,
      method: options.method ?? 'GET',
      headers: { ...options.headers },
      agent: false,
    });
    outgoing.end(options.body);
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
    let text = '';
    for await (const chunk of response) text += String(chunk);
    return { status: response.statusCode, headers: response.headers, text };
  }

  /** Says bytes and reads until the other side closes. */
  async function say(to: string, bytes: Buffer | string): Promise<string> {
    const { hostname, port } = new URL(to);
    const socket = connect(Number(port), hostname);
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
    });
    socket.on('error', () => undefined);
    socket.write(bytes);
    await once(socket, 'close');
    return text;
  }

  async function call(path: string): Promise<Record<string, unknown>> {
    const session = connectHttp2(grpcUrl);
    const stream = session.request({
      ':method': 'POST',
      ':path': path,
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    const result: Record<string, unknown> = {};
    stream.on('response', (headers) => Object.assign(result, headers));
    stream.on('trailers', (headers) => Object.assign(result, headers));
    stream.resume();
    stream.end(Buffer.alloc(5));
    await once(stream, 'close');
    session.close();
    return result;
  }

  test.each([
    ['/webhooks/sms-twilio/1/status?message_id=2&a=%2F', 'webhooks'],
    ['/webhooks/wechat-official/1?signature=a&echostr=%2F', 'wechat'],
    ['/webhooks/wechat', 'webhooks'],
    ['/webhooks/../metrics', 'webhooks'],
    ['/webhooks//x/%2e%2e/%ff', 'webhooks'],
    ['/chat/1/widget.js', 'web'],
    ['/demo', 'demo'],
    ['/media/a%20b', 'web'],
    ['/livez', 'operations'],
    ['/readyz', 'operations'],
    ['/metrics', 'operations'],
    ['/nothing-here', 'operations'],
    ['/chat/%ff', 'web'],
  ])('%s is passed on to %s as it is', async (path, service) => {
    expect((await send(path)).status).toBe(200);
    expect(got.map(({ by, path }) => ({ by, path }))).toEqual([{ by: service, path }]);
    expect(got[0]?.headers).toMatchObject({
      host: new URL(url).host,
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-proto': 'http',
    });
  });

  test.each([
    ['/omnigate.conversation.v1.ConversationService/ListConversations', 'routing'],
    ['/omnigate.contact.v1.ContactService/GetContact', 'routing'],
    ['/omnigate.routing.v1.RoutingService/WatchOffers', 'routing'],
    ['/omnigate.delivery.v1.DeliveryService/ListDeliveries', 'routing'],
    ['/omnigate.analytics.v1.AnalyticsService/QueryReport', 'analytics'],
    ['/omnigate.directory.v1.DirectoryService/ApplyResources', 'directory'],
    ['/omnigate.operations.v1.OperationsService/Tail', 'directory'],
    ['/grpc.reflection.v1.ServerReflection/ServerReflectionInfo', 'directory'],
    ['/grpc.health.v1.Health/Check', 'directory'],
    ['/no.such.Service/Method', 'directory'],
  ])('%s is called at %s', async (path, service) => {
    expect(await call(path)).toMatchObject({ ':status': 200, 'grpc-status': '0', 'served-by': service });
    expect(got.map(({ by }) => by)).toEqual([service]);
  });

  test('a service that is away is UNAVAILABLE, and 503 with Retry-After', async () => {
    const answer = await call('/omnigate.bot.v1.BotService/Ask');
    expect(answer).toMatchObject({ ':status': 200, 'content-type': 'application/grpc', 'grpc-status': '14' });
    const { status, headers } = await send('/webhooks/die', { method: 'POST', body: Buffer.from('x') });
    expect({ status, wait: headers['retry-after'] }).toEqual({ status: 503, wait: '5' });
  });

  test('a request goes to the other server where nobody has had it, and is never repeated where somebody has', async () => {
    for (let count = 0; count < 10; count += 1) {
      expect((await send('/webhooks/a', { method: 'POST', body: Buffer.from('abc') })).status).toBe(200);
    }
    expect(got.map(({ bytes }) => bytes)).toEqual(Array(10).fill(3));
    got.splice(0);
    await send('/webhooks/die', { method: 'POST', body: Buffer.from('abc') });
    expect(got).toHaveLength(1);
  });

  test('sockets of web chat pass both ways', async () => {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/chat/1`);
    await once(socket, 'open');
    socket.send('hello');
    const [answer] = await once(socket, 'message');
    expect(String(answer)).toBe('web: hello');
    socket.close();
    await once(socket, 'close');
  });

  test('what is too large or slow is answered by the service behind, large answers whole', async () => {
    for (let count = 0; count < 20; count += 1) {
      const large = await send('/webhooks/a', { method: 'POST', body: Buffer.alloc(bodyLimit + 1, 'x') });
      expect({ status: large.status, text: large.text }).toEqual({ status: 413, text: 'too large' });
    }
    const whole = await send('/webhooks/a', { method: 'POST', body: Buffer.alloc(bodyLimit, 'x') });
    expect(whole.status).toBe(200);
    expect(got.at(-1)?.bytes).toBe(bodyLimit);
    const chunked = await send('/chat/a', {
      method: 'POST',
      headers: { 'transfer-encoding': 'chunked' },
      body: Buffer.alloc(300_000, 'x'),
    });
    expect(chunked.status).toBe(200);
    expect(got.at(-1)?.bytes).toBe(300_000);
    const slow = 'POST /webhooks/a HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\nConnection: close\r\n\r\na';
    expect(await say(url, slow)).toMatch(/^HTTP\/1\.1 408/);
  });

  test('garbage gets 400, an unreadable webhook 403, headers without end 431', async () => {
    expect(await send('/webhooks/sms-twilio/%00%ff', { method: 'POST' })).toMatchObject({
      status: 403,
      text: '',
    });
    expect(await send('/chat/%zz')).toMatchObject({
      status: 400,
      text: '{"error":"the request is not valid"}',
    });
    const junk = [Buffer.alloc(2_000), Buffer.from('\x16\x03\x01\x02\x00\x01\x00\x01\xfc', 'latin1')];
    for (const bytes of junk) expect(await say(url, bytes)).toMatch(/^(?:HTTP\/1\.1 400|$)/);
    const huge = `GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(100_000)}\r\n\r\n`;
    expect(await say(url, huge)).toMatch(/^HTTP\/1\.1 431/);
    await say(grpcUrl, 'GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await say(grpcUrl, junk[0] as Buffer);
    expect(got).toEqual([]);
  });
});

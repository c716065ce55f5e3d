import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import {
  type ClientHttp2Session,
  connect,
  constants,
  createServer as createHttp2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2';
import { type AddressInfo, connect as connectSocket, type Server, type Socket } from 'node:net';

/** One address before many services, which chooses by the path, as an ingress does. */
export interface FrontDoor {
  port: number;
  stop(): Promise<void>;
}

/** Says who answers a path: `host:port`, or undefined for nobody. */
export type Choice = (path: string) => string | undefined;

/**
 * Opens an HTTP/1.1 front door, upgrades included.
 *
 * @param choose who answers.
 * @param port to listen on; default: a free one.
 * @returns the open door.
 */
export async function openHttpDoor(choose: Choice, port = 0): Promise<FrontDoor> {
  const server = createServer((incoming, outgoing) => forward(choose, incoming, outgoing));
  server.on('upgrade', (incoming: IncomingMessage, socket: Socket, head: Buffer) =>
    upgrade(choose, { incoming, socket, head }),
  );
  return open(server, port);
}

function forward(choose: Choice, incoming: IncomingMessage, outgoing: ServerResponse): void {
  const address = choose(incoming.url ?? '');
  if (!address) return void outgoing.writeHead(404).end();
  const [host, port] = address.split(':');
  const { method, url: path, headers } = incoming;
  const passed = request({ host, port, method, path, headers }, (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
    answer.pipe(outgoing);
  });
  passed.on('error', () => {
    if (outgoing.headersSent) outgoing.destroy();
    else outgoing.writeHead(503, { 'retry-after': '1' }).end();
  });
  outgoing.on('close', () => passed.destroy());
  incoming.pipe(passed);
}

function upgrade(
  choose: Choice,
  { incoming, socket, head }: { incoming: IncomingMessage; socket: Socket; head: Buffer },
): void {
  const address = choose(incoming.url ?? '');
  if (!address) return void socket.destroy();
  const [host, port] = address.split(':');
  const passed = connectSocket({ host: host ?? '', port: Number(port) }, () => {
    const { rawHeaders: raw } = incoming;
    const lines = raw.flatMap((name, i) => (i % 2 === 0 ? [`${name}: ${raw[i + 1]}`] : []));
    passed.write(`${incoming.method} ${incoming.url} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
    passed.write(head);
    socket.pipe(passed).pipe(socket);
  });
  for (const [one, other] of [
    [socket, passed],
    [passed, socket],
  ] as const)
    one.on('error', () => undefined).on('close', () => other.destroy());
}

/**
 * Opens a gRPC front door (HTTP/2 without TLS).
 *
 * @param choose who answers a path such as `/omnigate.bot.v1.BotService/Ask`.
 * @param port to listen on; default: a free one.
 * @returns the open door.
 */
export async function openGrpcDoor(choose: Choice, port = 0): Promise<FrontDoor> {
  const sessions = new Map<string, ClientHttp2Session>();
  const sessionOf = (address: string): ClientHttp2Session => {
    const known = sessions.get(address);
    if (known && !known.closed && !known.destroyed) return known;
    const session = connect(`http://${address}`);
    session.on('error', () => session.destroy());
    sessions.set(address, session);
    return session;
  };
  const server = createHttp2Server();
  server.on('stream', (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => {
    const address = choose(headers[':path'] ?? '');
    if (address) pass(stream, headers, sessionOf(address));
    else refuse(stream, unimplemented);
  });
  const door = await open(server as unknown as Server, port);
  return {
    port: door.port,
    async stop() {
      for (const session of sessions.values()) session.destroy();
      await door.stop();
    },
  };
}

/** gRPC's numbers. */
const unimplemented = 12;
const unavailable = 14;

function refuse(stream: ServerHttp2Stream, status: number): void {
  const headers = { ':status': 200, 'content-type': 'application/grpc', 'grpc-status': String(status) };
  if (stream.headersSent || stream.destroyed) stream.close(constants.NGHTTP2_CANCEL);
  else stream.respond(headers, { endStream: true });
}

function pass(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, session: ClientHttp2Session): void {
  const { ':method': method, ':path': path, 'transfer-encoding': _dropped, ...others } = headers;
  const passed = session.request({ ...others, ':method': method, ':path': path, te: 'trailers' });
  let trailers: IncomingHttpHeaders = {};
  passed.on('response', (answer, flags) => {
    if (stream.destroyed) return;
    const endStream = (flags & constants.NGHTTP2_FLAG_END_STREAM) !== 0;
    stream.respond(answer, endStream ? { endStream } : { waitForTrailers: true });
  });
  passed.on('trailers', (sent: IncomingHttpHeaders) => (trailers = sent));
  stream.on('wantTrailers', () => stream.sendTrailers(trailers));
  passed.on('error', () => refuse(stream, unavailable));
  stream.on('error', () => undefined);
  stream.on('close', () => passed.close(constants.NGHTTP2_CANCEL));
  stream.pipe(passed);
  passed.on('data', (chunk: Buffer) => void stream.write(chunk));
  passed.on('end', () => {
    if (!stream.writableEnded) stream.end();
  });
}

/** Every connection is ended with the door: nobody waits for another's keep-alive. */
async function open(server: Server, port: number): Promise<FrontDoor> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConversationServiceService } from '@omnigate/contracts';
import { AppError } from '@omnigate/errors';
import { createClient } from './client';
import {
  closing,
  collect,
  conversationService,
  endAll,
  failureOf,
  start,
  type WatchHandler,
} from './loopback.fixture';

afterEach(endAll);

describe('streams', () => {
  const numbers = (until: number): WatchHandler =>
    async function* () {
      for (let number = 0; number < until; number += 1)
        yield { change: undefined, resumeToken: String(number) };
    };
  const watcher = (address: string) =>
    closing(createClient(ConversationServiceService, { address, apiKey: 'owner-key' }));

  it('deliver all in order, then end', async () => {
    const { address } = await start(conversationService(numbers(5_000)));
    const seen = await collect(watcher(address).watchConversations({}));
    expect(seen.map(({ resumeToken }) => Number(resumeToken))).toEqual(
      Array.from({ length: 5_000 }, (_, n) => n),
    );
  });

  it('deliver what came before an error, then the error', async () => {
    const { address } = await start(
      conversationService(async function* () {
        yield { change: undefined, resumeToken: 'first' };
        throw new AppError('RESUME_TOKEN_INVALID');
      }),
    );
    const seen: string[] = [];
    const failure = await failureOf(
      (async () => {
        for await (const { resumeToken } of watcher(address).watchConversations({})) seen.push(resumeToken);
      })(),
    );
    expect([seen, failure.code]).toEqual([['first'], 'RESUME_TOKEN_INVALID']);
  });

  it('are refused without a key', async () => {
    const { address } = await start(conversationService(numbers(1)));
    const anonymous = closing(createClient(ConversationServiceService, { address }));
    expect((await failureOf(collect(anonymous.watchConversations({})))).code).toBe('UNAUTHENTICATED');
  });

  it('end the handler when the reader leaves, even one that is silent', async () => {
    const left = Promise.withResolvers<void>();
    const { address } = await start(
      conversationService(async function* (_request, { signal }) {
        signal.addEventListener('abort', () => left.resolve());
        yield { change: undefined, resumeToken: 'first' };
        await new Promise(() => undefined);
      }),
    );
    for await (const { resumeToken } of watcher(address).watchConversations({})) {
      expect(resumeToken).toBe('first');
      break;
    }
    await left.promise;
  });

  it('end both sides when the connection is lost', async () => {
    const left = Promise.withResolvers<void>();
    const { port } = await start(
      conversationService(async function* (_request, { signal }) {
        signal.addEventListener('abort', () => left.resolve());
        yield { change: undefined, resumeToken: 'first' };
        await new Promise(() => undefined);
      }),
    );
    const line = await breakableLine(port);
    const messages = watcher(line.address).watchConversations({})[Symbol.asyncIterator]();
    await messages.next();
    const next = failureOf(messages.next());
    line.cut();
    expect((await next).code).toBe('UNAVAILABLE');
    await left.promise;
  });

  it('hold the handler up while nobody reads', async () => {
    let made = 0;
    const big = 'x'.repeat(64 * 1024);
    const { address } = await start(
      conversationService(async function* () {
        for (; made < 10_000; made += 1) yield { change: undefined, resumeToken: big };
      }),
    );
    const messages = watcher(address).watchConversations({})[Symbol.asyncIterator]();
    await messages.next();
    await settled(() => made);
    expect(made).toBeLessThan(1_000);
    await messages.return?.();
  });

  it('end with UNAVAILABLE when the server stops', async () => {
    const { address, server } = await start(
      conversationService(async function* () {
        yield { change: undefined, resumeToken: 'first' };
        await new Promise(() => undefined);
      }),
    );
    const messages = watcher(address).watchConversations({})[Symbol.asyncIterator]();
    await messages.next();
    const next = failureOf(messages.next());
    await server.stop(5_000);
    expect((await next).code).toBe('UNAVAILABLE');
  });
});

/** Forwards connections to a port until it is cut. */
async function breakableLine(port: number): Promise<{ address: string; cut(): void }> {
  const sockets: Socket[] = [];
  const server = createTcpServer((near) => {
    const far = connect(port, '127.0.0.1');
    sockets.push(near, far);
    for (const socket of [near, far]) socket.on('error', () => undefined);
    near.pipe(far).pipe(near);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cut = () => {
    server.close();
    for (const socket of sockets.splice(0)) socket.destroy();
  };
  closing({ close: cut });
  return { address: `127.0.0.1:${(server.address() as AddressInfo).port}`, cut };
}

/** Waits until a number no longer changes. */
async function settled(read: () => number): Promise<void> {
  for (let last = -1; last !== read(); await sleep(50)) last = read();
}

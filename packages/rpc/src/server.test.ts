import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import * as grpc from '@grpc/grpc-js';
import { AskResponse, BotServiceService, ConversationServiceService } from '@omnigate/contracts';
import { AppError, type ErrorCode, errorRow, errorTable, isAppError } from '@omnigate/errors';
import { createClient } from './client';
import {
  botService,
  collect,
  conversationService,
  replyOf,
  startServer,
  tenantA,
  tenantB,
  type WatchHandler,
  whoAmI,
} from './loopback.fixture';
import type { RpcService } from './service';

type Started = Awaited<ReturnType<typeof startServer>>;

let started: Started | undefined;
const closers: { close(): void }[] = [];

async function start(...services: RpcService[]): Promise<Started> {
  started = await startServer(services);
  return started;
}

function client<T extends { close(): void }>(made: T): T {
  closers.push(made);
  return made;
}

const botClient = (address: string, apiKey?: string, tenant?: string) =>
  client(
    createClient(BotServiceService, {
      address,
      ...(apiKey ? { apiKey } : {}),
      ...(tenant ? { tenant } : {}),
    }),
  );

const failureOf = async (work: Promise<unknown>): Promise<AppError> => {
  const failure = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!isAppError(failure)) throw new Error('did not fail with an AppError', { cause: failure });
  return failure;
};

const textOf = (response: AskResponse) => {
  const [action] = response.actions;
  return action?.kind?.$case === 'reply' ? action.kind.value.text : '';
};

afterEach(async () => {
  for (const made of closers.splice(0)) made.close();
  await started?.server.stop(2_000);
  started = undefined;
});

describe('authentication', () => {
  const service = () => botService(whoAmI, ['owner', 'service']);

  it('lets a key with the role in, as its identity', async () => {
    const { address } = await start(service());
    expect(JSON.parse(textOf(await botClient(address, 'owner-key').ask({})))).toEqual({
      tenantId: tenantA,
      roles: ['owner'],
      keyName: 'owner',
    });
  });

  it.each([
    ['no key', undefined],
    ['an unknown key', 'nobody'],
    ['an empty key', ' '],
  ])('refuses %s', async (_name, key) => {
    const { address } = await start(service());
    expect((await failureOf(botClient(address, key).ask({}))).code).toBe('UNAUTHENTICATED');
  });

  it('refuses a key without the role, and says which it needs', async () => {
    const { address } = await start(service());
    const failure = await failureOf(botClient(address, 'agent-key').ask({}));
    expect(failure.code).toBe('PERMISSION_DENIED');
    expect(failure.message).toContain('owner or service');
  });

  it.each(['operator-key', 'service-key'])('lets %s name a tenant, by name or id', async (key) => {
    const { address } = await start(service());
    for (const tenant of ['b', tenantB]) {
      const response = await botClient(address, key, tenant).ask({});
      expect(JSON.parse(textOf(response)).tenantId).toBe(tenantB);
    }
  });

  it('lets nobody else name a tenant, not even its own', async () => {
    const { address } = await start(service());
    for (const tenant of ['b', tenantA]) {
      expect((await failureOf(botClient(address, 'owner-key', tenant).ask({}))).code).toBe(
        'PERMISSION_DENIED',
      );
    }
  });

  it('says that an unknown tenant is not found', async () => {
    const { address } = await start(service());
    const failure = await failureOf(botClient(address, 'operator-key').ask({}, { tenantId: 'nowhere' }));
    expect([failure.code, failure.metadata.resource]).toEqual(['NOT_FOUND', 'tenant nowhere']);
  });
});

describe('errors', () => {
  const throwing = (error: () => unknown) =>
    botService(async () => {
      throw error();
    });

  it.each(Object.keys(errorTable) as ErrorCode[])('carries %s whole', async (code) => {
    const fields = [{ field: 'spec.config.from', description: '必须是 +E.164' }];
    const error = () => new AppError(code, { reason: 'because', kind: 'x' }, { fields, retryAfterMs: 1_500 });
    const { address } = await start(throwing(error));
    const failure = await failureOf(
      client(createClient(BotServiceService, { address, apiKey: 'owner-key', idempotent: [] })).ask({}),
    );
    expect(failure.code).toBe(code);
    expect((failure.cause as grpc.ServiceError).code).toBe(grpc.status[errorRow(code).grpc]);
    expect(failure.retryAfterMs).toBe(1_500);
    if (code === 'INTERNAL') expect([failure.metadata, failure.fields]).toEqual([{}, []]);
    else expect([failure.metadata, failure.fields]).toEqual([{ reason: 'because', kind: 'x' }, fields]);
  });

  it('never tells what an unexpected error said, but logs that it was', async () => {
    const { address, lines } = await start(throwing(() => new Error('password=hunter2')));
    const failure = await failureOf(botClient(address, 'owner-key').ask({}));
    const cause = failure.cause as grpc.ServiceError;
    expect(failure.code).toBe('INTERNAL');
    expect(JSON.stringify([failure.message, cause.message, cause.metadata.toJSON()])).not.toContain(
      'hunter2',
    );
    expect(lines.find((line) => line.message === 'rpc')).toMatchObject({
      level: 'warn',
      method: 'omnigate.bot.v1.BotService/Ask',
      code: 'INTERNAL',
      tenant_id: tenantA,
      key_name: 'owner',
      err: { type: 'Error' },
    });
  });

  it('carries as many field violations as a trailer may hold', async () => {
    const fields = Array.from({ length: 500 }, (_, index) => ({
      field: `resources[${index}]`,
      description: '不认识的字段'.repeat(5),
    }));
    const { address } = await start(throwing(() => new AppError('INVALID_ARGUMENT', {}, { fields })));
    const failure = await failureOf(botClient(address, 'owner-key').ask({}));
    expect(failure.code).toBe('INVALID_ARGUMENT');
    expect(failure.fields.length).toBeGreaterThan(10);
    expect(failure.fields[0]).toEqual(fields[0]);
  });

  it('says UNAVAILABLE where nobody listens', async () => {
    const failure = await failureOf(botClient('127.0.0.1:1', 'owner-key').ask({}, { deadlineMs: 5_000 }));
    expect(failure.code).toBe('UNAVAILABLE');
    expect(failure.retryable).toBe(true);
  });
});

describe('deadlines', () => {
  it('end a call at both sides', async () => {
    const aborted = Promise.withResolvers<unknown>();
    const { address } = await start(
      botService((_request, { signal }) => {
        signal.addEventListener('abort', () => aborted.resolve(signal.reason));
        return new Promise(() => undefined);
      }),
    );
    const failure = await failureOf(botClient(address, 'owner-key').ask({}, { deadlineMs: 50 }));
    expect(failure.code).toBe('DEADLINE_EXCEEDED');
    expect(isAppError(await aborted.promise)).toBe(true);
  });

  it('are 30 s for a unary call from outside that has none', async () => {
    const { address } = await start(
      botService(async (_request, { deadline }) => ({
        actions: [replyOf(String(Number(deadline) - Date.now()))],
        dialogueState: '',
        evidence: undefined,
      })),
    );
    const response = await rawAsk(address, { authorization: 'Bearer owner-key' });
    expect(Number(textOf(response))).toBeGreaterThan(25_000);
    expect(Number(textOf(response))).toBeLessThanOrEqual(30_000);
  });

  it('are none for a stream from outside that has none', async () => {
    const { address } = await start(
      conversationService(async function* (_request, { deadline }) {
        yield { change: undefined, resumeToken: String(deadline) };
      }),
    );
    const watching = client(createClient(ConversationServiceService, { address, apiKey: 'owner-key' }));
    const seen = await collect(watching.watchConversations({}));
    expect(seen.map(({ resumeToken }) => resumeToken)).toEqual(['undefined']);
  });
});

describe('streams', () => {
  const numbers = (until: number): WatchHandler =>
    async function* () {
      for (let number = 0; number < until; number += 1)
        yield { change: undefined, resumeToken: String(number) };
    };
  const watcher = (address: string) =>
    client(createClient(ConversationServiceService, { address, apiKey: 'owner-key' }));

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
    const anonymous = client(createClient(ConversationServiceService, { address }));
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

describe('stop', () => {
  it('lets a unary call finish', async () => {
    const gate = Promise.withResolvers<void>();
    const entered = Promise.withResolvers<void>();
    const { address, server } = await start(
      botService(async (request, context) => {
        entered.resolve();
        await gate.promise;
        return whoAmI(request, context);
      }),
    );
    const answer = botClient(address, 'owner-key').ask({});
    await entered.promise;
    const stopped = server.stop(20_000);
    gate.resolve();
    expect(textOf(await answer)).toContain(tenantA);
    await stopped;
  });

  it('cuts what does not finish by the deadline', async () => {
    const entered = Promise.withResolvers<void>();
    const { address, server } = await start(
      botService(() => {
        entered.resolve();
        return new Promise(() => undefined);
      }),
    );
    const answer = failureOf(botClient(address, 'owner-key').ask({}));
    await entered.promise;
    await server.stop(50);
    expect(['UNAVAILABLE', 'CANCELLED', 'INTERNAL']).toContain((await answer).code);
  });
});

describe('limits', () => {
  it('refuse a message of 5 MB and go on', async () => {
    const { address } = await start(botService(whoAmI));
    const bot = botClient(address, 'owner-key');
    const failure = await failureOf(bot.ask({ dialogueState: 'x'.repeat(5_000_000) }));
    expect(failure.code).toBe('RESOURCE_EXHAUSTED');
    expect(textOf(await bot.ask({}))).toContain(tenantA);
  });

  it('refuse a body that is no protobuf', async () => {
    const { address } = await start(botService(whoAmI));
    const failure = await rawCall(address, Buffer.from([0x0a, 0xff, 0xff, 0xff])).catch(
      (error: unknown) => error,
    );
    expect((failure as grpc.ServiceError).code).toBe(grpc.status.INTERNAL);
  });

  it('say UNIMPLEMENTED for a method that is not there', async () => {
    const { address } = await start(botService(whoAmI));
    const watching = client(createClient(ConversationServiceService, { address, apiKey: 'owner-key' }));
    expect((await failureOf(watching.getConversation({}))).code).toBe('UNIMPLEMENTED');
  });

  it.each([
    ['random bytes', Buffer.from(Array.from({ length: 4_096 }, (_, index) => (index * 7_919) % 256))],
    ['HTTP/1.1', Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n')],
    [
      'a preface and then garbage',
      Buffer.concat([Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), Buffer.alloc(512, 0xee)]),
    ],
    ['half a preface', Buffer.from('PRI * HT')],
  ])('survive %s on the port', async (_name, bytes) => {
    const { address, port } = await start(botService(whoAmI));
    await Promise.all(Array.from({ length: 20 }, () => sendRaw(port, bytes)));
    expect(textOf(await botClient(address, 'owner-key').ask({}))).toContain(tenantA);
  });
});

describe('logs and metrics', () => {
  it('give one line and one count a call, without payloads', async () => {
    const { address, lines, metrics } = await start(botService(whoAmI));
    await botClient(address, 'owner-key').ask({ dialogueState: 'my phone is 13800138000' });
    await failureOf(botClient(address, 'nobody').ask({}));
    const calls = lines.filter(({ message }) => message === 'rpc');
    expect(calls).toMatchObject([
      {
        level: 'debug',
        method: 'omnigate.bot.v1.BotService/Ask',
        code: 'OK',
        tenant_id: tenantA,
        key_name: 'owner',
      },
      { level: 'info', method: 'omnigate.bot.v1.BotService/Ask', code: 'UNAUTHENTICATED' },
    ]);
    expect(calls[0]?.duration_ms).toEqual(expect.any(Number));
    expect(JSON.stringify(lines)).not.toMatch(/13800138000|owner-key/);
    const text = await metrics.text();
    expect(text).toContain('omnigate_rpc_calls_total{method="omnigate.bot.v1.BotService/Ask",code="OK"} 1');
    expect(text).toContain(
      'omnigate_rpc_calls_total{method="omnigate.bot.v1.BotService/Ask",code="UNAUTHENTICATED"} 1',
    );
  });
});

describe('retries', () => {
  const failing = (times: number, calls: { count: number }) =>
    botService(async (request, context) => {
      calls.count += 1;
      if (calls.count <= times) throw new AppError('UNAVAILABLE');
      return whoAmI(request, context);
    });

  it('repeat UNAVAILABLE for an idempotent method', async () => {
    const calls = { count: 0 };
    const { address } = await start(failing(2, calls));
    const options = { address, apiKey: 'owner-key', idempotent: ['ask'] };
    expect(textOf(await client(createClient(BotServiceService, options)).ask({}))).toContain(tenantA);
    expect(calls.count).toBe(3);
  });

  it('repeat nothing else', async () => {
    const calls = { count: 0 };
    const { address } = await start(failing(1, calls));
    expect((await failureOf(botClient(address, 'owner-key').ask({}))).code).toBe('UNAVAILABLE');
    expect(calls.count).toBe(1);
  });
});

function sendRaw(port: number, bytes: Buffer): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.end(bytes));
    socket.on('error', () => undefined);
    socket.on('close', () => resolve());
    socket.resume();
  });
}

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
  closers.push({ close: cut });
  return { address: `127.0.0.1:${(server.address() as AddressInfo).port}`, cut };
}

/** Waits until a number no longer changes. */
async function settled(read: () => number): Promise<void> {
  for (let last = -1; last !== read(); await sleep(50)) last = read();
}

function rawCall(
  address: string,
  body: Buffer,
  headers: Record<string, string> = { authorization: 'Bearer owner-key' },
) {
  const raw = client(new grpc.Client(address, grpc.credentials.createInsecure()));
  const metadata = new grpc.Metadata();
  for (const [key, value] of Object.entries(headers)) metadata.set(key, value);
  const path = BotServiceService.ask.path;
  return new Promise<Buffer>((resolve, reject) => {
    raw.makeUnaryRequest(
      path,
      (bytes: Buffer) => bytes,
      (bytes: Buffer) => bytes,
      body,
      metadata,
      (error, response) => {
        if (error) reject(error);
        else resolve(response as Buffer);
      },
    );
  });
}

const rawAsk = async (address: string, headers: Record<string, string>) =>
  AskResponse.decode(await rawCall(address, Buffer.alloc(0), headers));

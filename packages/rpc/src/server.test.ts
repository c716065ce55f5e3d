import { connect } from 'node:net';
import * as grpc from '@grpc/grpc-js';
import { AskResponse, BotServiceService, ConversationServiceService } from '@omnigate/contracts';
import { isAppError } from '@omnigate/errors';
import { createClient } from './client';
import {
  botClient,
  botService,
  closing,
  collect,
  conversationService,
  endAll,
  failureOf,
  replyOf,
  start,
  tenantA,
  textOf,
  whoAmI,
} from './loopback.fixture';

afterEach(endAll);

describe('deadlines', () => {
  it('end a call at both sides', async () => {
    const aborted = Promise.withResolvers<unknown>();
    let entered = false;
    const { address } = await start(
      botService((_request, { signal }) => {
        entered = true;
        signal.addEventListener('abort', () => aborted.resolve(signal.reason));
        return new Promise(() => undefined);
      }),
    );
    const bot = botClient(address, 'owner-key');
    // On a busy machine a short deadline may pass before the handler begins.
    for (let deadlineMs = 50; !entered; deadlineMs *= 2) {
      expect((await failureOf(bot.ask({}, { deadlineMs }))).code).toBe('DEADLINE_EXCEEDED');
    }
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
    const watching = closing(createClient(ConversationServiceService, { address, apiKey: 'owner-key' }));
    const seen = await collect(watching.watchConversations({}));
    expect(seen.map(({ resumeToken }) => resumeToken)).toEqual(['undefined']);
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
    await server.stop(1_000);
    expect((await answer).code).toBe('UNAVAILABLE');
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
    const watching = closing(createClient(ConversationServiceService, { address, apiKey: 'owner-key' }));
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

function sendRaw(port: number, bytes: Buffer): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.end(bytes));
    socket.on('error', () => undefined);
    socket.on('close', () => resolve());
    socket.resume();
  });
}

function rawCall(
  address: string,
  body: Buffer,
  headers: Record<string, string> = { authorization: 'Bearer owner-key' },
) {
  const raw = closing(new grpc.Client(address, grpc.credentials.createInsecure()));
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

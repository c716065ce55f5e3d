import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, Socket } from 'node:net';
import { Readable } from 'node:stream';
import { Party, type ResolvedChannel } from '@omnigate/contracts';
import { isAppError } from '@omnigate/errors';
import type { MediaStore } from '@omnigate/media';
import type { ChannelAdapter, SendRequest, SendResult } from '../adapter';
import { createProviderConnections, type ProviderConnections } from '../provider-http';
import { splitText, textLength } from '../text-split';
import type { ChannelFixtures, FileFixture } from './fixtures';

interface Taken {
  method: string;
  path: string;
  headers: IncomingMessage['headers'];
  body: Record<string, unknown>;
}

type Script = (response: ServerResponse) => void;

/** A store that holds the fixtures' files alone. */
function storeOf(files: Record<string, FileFixture>): MediaStore {
  return {
    put: () => Promise.reject(new Error('nothing is kept when a message is sent')),
    get: async (_tenantId, mediaId) => {
      const file = files[mediaId];
      if (!file) return undefined;
      const { contentType, fileName = '', body } = file;
      const sizeBytes = body.length;
      return { contentType, fileName, sizeBytes, thumbnailId: '', open: () => Readable.from([body]) };
    },
  };
}

const mediaUrl = (mediaId: string) => `https://gate.example.com/media/${mediaId}`;
const statusUrl = 'https://gate.example.com/webhooks/t/c/status?message_id=m';

/** What an adapter must do with messages and answers, against a server that speaks when asked. */
export function describeSending(adapter: ChannelAdapter, fixtures: ChannelFixtures): void {
  const [firstSend] = fixtures.sends;
  const accepted = fixtures.outcomes.find(({ result }) => result.kind === 'sent');
  if (!firstSend || !accepted) throw new Error('fixtures lack a send, or an answer that takes it');
  const files = { attachments: [], media: storeOf(fixtures.files ?? {}), mediaUrl };
  const taken: Taken[] = [];
  const hosts: string[] = [];
  let script: Script | undefined;
  let provider: Server;
  let connections: ProviderConnections;
  let channel: ResolvedChannel;
  const { connect } = Socket.prototype;

  beforeAll(async () => {
    Socket.prototype.connect = function (this: Socket, ...parameters: unknown[]) {
      const [options] = parameters.flat() as [{ host?: string }];
      hosts.push(
        typeof options === 'object' ? (options.host ?? 'localhost') : String(parameters[1] ?? 'localhost'),
      );
      return (connect as (...all: unknown[]) => Socket).apply(this, parameters);
    } as Socket['connect'];
    connections = createProviderConnections();
    provider = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        taken.push(toTaken(request, Buffer.concat(chunks).toString()));
        const act = script;
        script = undefined;
        // A request that no script expects is answered by nobody and fails the test.
        if (act) act(response);
        else response.socket?.destroy();
      });
    });
    await new Promise<void>((resolve) => provider.listen(0, '127.0.0.1', resolve));
    const { port } = provider.address() as AddressInfo;
    channel = {
      ...fixtures.channel,
      privateApiAllowed: true,
      config: { ...fixtures.channel.config, api_base_url: `http://127.0.0.1:${port}` },
    };
  });
  afterAll(async () => {
    Socket.prototype.connect = connect;
    provider.closeAllConnections();
    await new Promise((resolve) => provider.close(resolve));
    await connections.close();
  });
  beforeEach(() => {
    taken.length = 0;
    script = undefined;
  });
  afterEach(() => {
    expect(script).toBeUndefined();
    for (const host of hosts) expect(host).toMatch(/^(127\.0\.0\.1|localhost|::1)$/);
  });

  const answer = ({
    status,
    headers,
    body,
  }: {
    status: number;
    headers?: Record<string, string>;
    body: string;
  }): Script => {
    return (response) => response.writeHead(status, headers).end(body);
  };
  const send = (o: Partial<SendRequest> = {}): Promise<SendResult> =>
    adapter.send(
      {
        messageId: 'm',
        channel,
        address: firstSend.to,
        threadKey: '',
        sender: Party.fromPartial({}),
        content: firstSend.content,
        ...files,
        statusUrl,
        signal: new AbortController().signal,
        ...o,
      },
      connections.forChannel(channel),
    );
  const thrown = (promise: Promise<SendResult>) =>
    promise.then(
      (result) => result,
      (error: unknown) => (isAppError(error) ? error.code : error),
    );

  describe('sending', () => {
    test.each(fixtures.sends)('$name', async ({ to, content, attachments = [], replyTo, expected }) => {
      script = answer(accepted);
      const result = await send({ address: to, content, attachments, ...(replyTo ? { replyTo } : {}) });
      expect(result).toEqual(accepted.result);
      expect(taken).toHaveLength(1);
      expect(taken[0]).toMatchObject(expected);
      expect(taken[0]?.body).toEqual(expected.body);
    });

    test('the fixtures hold answers of every kind that a provider has', () => {
      const kinds = new Set(fixtures.outcomes.map(({ result }) => result.kind));
      expect([...kinds]).toEqual(
        expect.arrayContaining(['sent', 'retry', 'permanent', 'credentialsBroken', 'unknown']),
      );
    });

    test.each(fixtures.outcomes)('$name is $result.kind', async (outcome) => {
      script = answer(outcome);
      expect(await send()).toEqual(outcome.result);
      expect(taken).toHaveLength(1);
    });

    test.each([
      [502, '<html>Bad Gateway</html>'],
      [504, ''],
      [500, '<html>Oops</html>'],
      [503, '{}'],
      [200, '<html>OK</html>'],
      [200, ''],
      [302, ''],
    ])('%i with %j, which is not the provider’s own, is unknown', async (status, body) => {
      script = answer({ status, body });
      expect(await send()).toMatchObject({ kind: 'unknown' });
    });

    test('a reset after writing, and no answer in time, are ambiguous', async () => {
      script = (response) => response.socket?.destroy();
      expect(await thrown(send())).toBe('AMBIGUOUS');
      const giveUp = new AbortController();
      script = () => giveUp.abort();
      expect(await thrown(send({ signal: giveUp.signal }))).toBe('AMBIGUOUS');
    });

    test('a provider that is not there was written nothing', async () => {
      const nowhere = { ...channel, config: { ...channel.config, api_base_url: 'http://127.0.0.1:1' } };
      expect(await thrown(send({ channel: nowhere }))).toBe('NOT_WRITTEN');
    });

    test('a private address is refused unless an operator’s channel names it', async () => {
      const http = connections.forChannel({ privateApiAllowed: false });
      for (const host of ['127.0.0.1', '10.0.0.1', '[::1]', '0x7f000001', 'localhost', '169.254.169.254']) {
        const config = { ...channel.config, api_base_url: `http://${host}:1` };
        const request = {
          messageId: 'm',
          address: firstSend.to,
          threadKey: '',
          sender: Party.fromPartial({}),
        };
        const whole = {
          ...request,
          content: firstSend.content,
          ...files,
          statusUrl,
          signal: new AbortController().signal,
        };
        const code = await thrown(adapter.send({ ...whole, channel: { ...channel, config } }, http));
        expect([host, code]).toEqual([host, 'CHANNEL_CONFIG']);
      }
    });

    test('what the channel can not carry is refused without a request', async () => {
      for (const content of fixtures.unsupported) {
        expect(await send({ content })).toEqual({ kind: 'permanent', code: 'UNSUPPORTED_KIND' });
      }
      expect(taken).toEqual([]);
    });

    test('a text over the limit is refused without a request; its parts, cut between graphemes, go', async () => {
      const { unit, limit } = adapter.manifest.textLimit;
      const family = '👩‍👩‍👧‍👦';
      const text = `e\u0301 ${family}`.repeat(limit);
      const content = (body: string) => ({ kind: { $case: 'text' as const, value: { body } } });
      expect(await send({ content: content(text) })).toEqual({ kind: 'permanent', code: 'MESSAGE_INVALID' });
      expect(taken).toEqual([]);
      const [part = '', next = ''] = splitText(text, { unit, limit });
      expect(textLength(part, unit)).toBeLessThanOrEqual(limit);
      expect(part + next).toBe(text.slice(0, part.length + next.length));
      expect(next).toMatch(/^(e\u0301|\s|👩)/u);
      script = answer(accepted);
      await send({ content: content(part) });
      expect(fixtures.textOf(taken[0]?.body ?? {})).toBe(part);
    });
  });
}

function toTaken(request: IncomingMessage, text: string): Taken {
  const json = request.headers['content-type']?.startsWith('application/json');
  const body = json
    ? (JSON.parse(text) as Record<string, unknown>)
    : Object.fromEntries(new URLSearchParams(text));
  return { method: request.method ?? '', path: request.url ?? '', headers: request.headers, body };
}

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Media, ResolvedChannel } from '@omnigate/contracts';
import { errorRow, isAppError } from '@omnigate/errors';
import { createGuardedFetch, type GuardedFetch } from '@omnigate/media';
import type { ChannelAdapter, ProviderFile } from '../adapter';
import { createMediaHttp } from '../media/media-http';
import { createProviderConnections, type ProviderConnections } from '../provider-http';
import type { ChannelFixtures, MediaFixture } from './fixtures';

type Answer = MediaFixture['exchanges'][number]['answer'];

/** What an adapter that gets customers' files must do, against a server that answers in turn. */
export function describeFetching(adapter: ChannelAdapter, fixtures: ChannelFixtures): void {
  const { media: files = [], mediaOutcomes = [] } = fixtures;
  const [first] = files;
  if (!adapter.fetchMedia) return;
  if (!first || mediaOutcomes.length === 0) throw new Error('fixtures lack a file, or an answer without one');
  const fetchMedia = adapter.fetchMedia.bind(adapter);
  const asked: Pick<IncomingMessage, 'method' | 'url' | 'headers'>[] = [];
  let answers: Answer[] = [];
  let provider: Server;
  let api = '';
  let connections: ProviderConnections;
  let guard: GuardedFetch;

  beforeAll(async () => {
    connections = createProviderConnections();
    guard = createGuardedFetch();
    provider = createServer((request, response) => {
      const { method, url, headers } = request;
      asked.push({ method, url, headers });
      request.resume().on('end', () => answer(response, answers.shift()));
    });
    await new Promise<void>((resolve) => provider.listen(0, '127.0.0.1', resolve));
    api = `http://127.0.0.1:${(provider.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    provider.closeAllConnections();
    await new Promise((resolve) => provider.close(resolve));
    await Promise.all([connections.close(), guard.close()]);
  });
  beforeEach(() => {
    asked.length = 0;
  });

  const placed = (text: string) => text.replaceAll('{api}', api);

  /** A request that no answer is left for is answered by nobody, and fails the test. */
  function answer(response: ServerResponse, next: Answer | undefined): void {
    if (!next) return void response.socket?.destroy();
    const headers = Object.entries(next.headers ?? {}).map(([name, value]) => [name, placed(value)]);
    response.writeHead(next.status, Object.fromEntries(headers)).end(next.body);
  }

  function get(media: Media, o: { privateApiAllowed?: boolean } = {}): Promise<ProviderFile> {
    const channel: ResolvedChannel = {
      ...fixtures.channel,
      privateApiAllowed: o.privateApiAllowed ?? true,
      config: { ...fixtures.channel.config, api_base_url: api },
    };
    const { signal } = new AbortController();
    const http = createMediaHttp({ channel, connections, guard, signal });
    return fetchMedia({ ...media, providerUrl: placed(media.providerUrl) }, channel, http);
  }
  const refusal = (promise: Promise<unknown>) =>
    promise.then(
      () => 'got it',
      (error: unknown) => (isAppError(error) ? error.code : error),
    );

  describe('getting files', () => {
    test.each(files)('$name', async ({ media, exchanges, file }) => {
      answers = exchanges.map((exchange) => exchange.answer);
      expect(await get(media)).toMatchObject(file);
      expect(asked).toHaveLength(exchanges.length);
      for (const [index, { expected }] of exchanges.entries()) {
        const { path, ...rest } = expected;
        expect(asked[index]).toMatchObject({ ...rest, url: path });
      }
    });

    test.each(mediaOutcomes)('$name is $code', async ({ code, retryable, ...outcome }) => {
      answers = [outcome];
      const refused = await refusal(get(first.media));
      expect(refused).toBe(code);
      expect(errorRow(refused as Parameters<typeof errorRow>[0]).retryable).toBe(retryable);
    });

    test('a file that is too large is not taken', async () => {
      const { exchanges } = first;
      answers = exchanges.map((exchange) => exchange.answer);
      const last = answers.pop() as Answer;
      answers.push({ ...last, body: Buffer.alloc(21 * 1024 * 1024, 1) });
      expect(await refusal(get(first.media))).toBe('MEDIA_TOO_LARGE');
    });

    test('nothing is got from a private address, unless an operator’s channel names it', async () => {
      expect(['FETCH_REFUSED', 'CHANNEL_CONFIG']).toContain(
        await refusal(get(first.media, { privateApiAllowed: false })),
      );
      expect(asked).toEqual([]);
    });

    test('no redirect leads to a private address', async () => {
      answers = [{ status: 302, headers: { location: 'http://169.254.169.254/latest/meta-data' }, body: '' }];
      const refused = await refusal(get(first.media));
      expect(refused).not.toBe('got it');
      expect(asked).toHaveLength(1);
    });
  });
}

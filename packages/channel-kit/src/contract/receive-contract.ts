import { isAppError } from '@omnigate/errors';
import type { ChannelAdapter, InboundRequest, Receipt } from '../adapter';
import { type ChannelFixtures, signedRequest, withSignature } from './fixtures';

/** What an adapter must make of requests. */
export function describeReceiving(adapter: ChannelAdapter, fixtures: ChannelFixtures): void {
  const { channel, inbound } = fixtures;
  const [first] = inbound;
  if (!first) throw new Error('fixtures.inbound is empty');
  const receive = async (request: InboundRequest, config = channel.config): Promise<Receipt> =>
    adapter.receive(request, { ...channel, config });
  const refusal = (request: InboundRequest, config = channel.config) =>
    receive(request, config).then(
      () => 'taken',
      (error: unknown) => (isAppError(error) ? error.code : error),
    );
  const signed = (request = first.request, config = channel.config ?? {}) =>
    signedRequest(adapter, fixtures, request, config);

  describe('receiving', () => {
    test.each(inbound)('$name', async ({ request, messages, statuses = [] }) => {
      const receipt = await receive(signed(request));
      expect(receipt.response.status).toBeGreaterThanOrEqual(200);
      expect(receipt.response.status).toBeLessThan(300);
      expect(receipt.messages).toEqual(messages);
      expect(receipt.statuses).toEqual(statuses);
    });

    test.each(fixtures.ignored)('of no interest: $name', async (request) => {
      const { response, messages, statuses } = await receive(signed(request));
      expect([Math.floor(response.status / 100), messages, statuses]).toEqual([2, [], []]);
    });

    test.each(fixtures.malformed)('malformed: $name', async (request) => {
      expect(await refusal(signed(request))).toBe('PAYLOAD_MALFORMED');
    });

    test('the same request makes the same message', async () => {
      expect(await receive(signed())).toEqual(await receive(signed()));
    });
  });

  describe('signature', () => {
    const added = Object.keys(
      fixtures.sign(
        { method: 'POST', path: '', contentType: '', url: '', ...first.request },
        channel.config ?? {},
      ).headers,
    );
    const changed = (change: (value: string) => string): InboundRequest => {
      const request = signed();
      const headers = { ...request.headers };
      for (const name of added) headers[name] = change(String(headers[name]));
      return { ...request, headers, path: withSignature(fixtures, request.path, change) };
    };
    const unsigned = (type: string | undefined, request = first.request): InboundRequest => {
      const whole = signed(request);
      const path = withSignature(fixtures, whole.path, () => undefined);
      return { ...whole, path, headers: { 'content-type': type } };
    };

    test.each([...inbound, ...fixtures.malformed.map((request) => ({ name: request.name, request }))])(
      'missing, of $name',
      async ({ request }) => {
        expect(await refusal(unsigned(request.contentType, request))).toBe('SIGNATURE_INVALID');
      },
    );

    test.each([
      ['of another secret', () => signed(first.request, fixtures.otherSecret)],
      ['upper case', () => changed((value) => value.toUpperCase())],
      // Hexadecimal signatures are in lower case already.
      [
        'the other case',
        () => changed((value) => (/[A-Z]/.test(value) ? value.toLowerCase() : value.toUpperCase())),
      ],
      ['too short', () => changed((value) => value.slice(0, -1))],
      ['too long', () => changed((value) => `${value}=`)],
      ['empty', () => changed(() => '')],
      ['given twice', () => changed((value) => `${value}, ${value}`)],
      ['not even text', () => changed(() => '\u0000ÿ')],
    ])('%s', async (_name, make) => {
      expect(await refusal(make())).toBe('SIGNATURE_INVALID');
    });

    test('a body changed by one byte', async () => {
      const request = signed();
      const body = Buffer.from(request.rawBody);
      const at = body.length - 1;
      body[at] = (body[at] ?? 0) ^ 1;
      expect(await refusal({ ...request, rawBody: body })).toBe('SIGNATURE_INVALID');
    });

    test('another body altogether, none, and one that is no UTF-8', async () => {
      for (const rawBody of [Buffer.from('{}'), Buffer.alloc(0), Buffer.from('ff00feff', 'hex')]) {
        expect(await refusal({ ...signed(), rawBody })).toBe('SIGNATURE_INVALID');
      }
    });

    test('an empty secret verifies nothing, not even what is signed with it', async () => {
      expect(await refusal(signed(first.request, fixtures.emptySecret), fixtures.emptySecret)).toBe(
        'SIGNATURE_INVALID',
      );
    });

    test('the content type changes nothing', async () => {
      for (const type of ['application/json', 'text/plain', 'garbage;;', '']) {
        expect(await refusal(unsigned(type))).toBe('SIGNATURE_INVALID');
      }
    });
  });
}

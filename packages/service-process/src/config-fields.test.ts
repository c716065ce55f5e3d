import { describeConfig, loadConfig } from '@omnigate/runtime';
import { z } from 'zod';
import { addressRanges, encryptionKey } from './config-fields';
import { adapterFields, processFields, serverFields } from './process-fields';

const schema = z.object({ ...processFields, ...serverFields, ...adapterFields });
const required = {
  OMNIGATE_SERVICE_KEY: 'key-of-all-services',
  DATABASE_URL: 'postgres://omnigate@db/omnigate',
  OMNIGATE_PUBLIC_URL: 'https://gateway.example.com/',
};

test('what is not given has its default', () => {
  expect(loadConfig(schema, required)).toEqual({
    ...required,
    OMNIGATE_PUBLIC_URL: 'https://gateway.example.com',
    OMNIGATE_BIND: '127.0.0.1',
    OMNIGATE_HTTP_PORT: 8080,
    OMNIGATE_GRPC_PORT: 9090,
    OMNIGATE_LOG_LEVEL: 'info',
    KAFKA_TLS: '0',
    OMNIGATE_FETCH_ALLOW: [],
    OMNIGATE_MEDIA_DIR: '.omnigate/media',
    OMNIGATE_SENDS_IN_FLIGHT: 128,
    OMNIGATE_TRUST_PROXY: [],
    OMNIGATE_DIRECTORY_ADDRESS: 'dns:///directory:9090',
    OTEL_TRACES_SAMPLER_ARG: 1,
  });
});

test('what is missing is named, all at once', () => {
  expect(() => loadConfig(schema, {})).toThrow(
    expect.objectContaining({
      code: 'CONFIG_INVALID',
      fields: Object.keys(required).map((field) => ({
        field,
        description: expect.stringMatching(/^must be /),
      })),
    }),
  );
});

test('every variable is described', () => {
  for (const line of describeConfig(schema).split('\n')) expect(line).toMatch(/^[A-Z_]+ +\w+ \w+/);
});

test.each([
  ['hexadecimal', 'ab'.repeat(32)],
  ['base64', Buffer.alloc(32, 0xab).toString('base64')],
])('an encryption key may be written in %s', (_form, text) => {
  expect(encryptionKey().parse(text)).toEqual(Buffer.alloc(32, 0xab));
});

test.each(['', 'ab'.repeat(31), 'short'])('“%s” is no encryption key', (text) => {
  expect(encryptionKey().safeParse(text).error?.issues[0]?.message).toBe(
    'must be 32 bytes, base64 or hexadecimal',
  );
});

test('trusted proxies are addresses and ranges of both families', () => {
  const text = '127.0.0.1, 10.0.0.0/8 ::1,fd00::/8';
  expect(addressRanges().parse(text)).toEqual(['127.0.0.1', '10.0.0.0/8', '::1', 'fd00::/8']);
});

test.each(['proxy', '999.1.1.1', '10.0.0.0/33', '10.0.0.0/', '10.0.0.0/8/8'])(
  '“%s” is no trusted proxy',
  (text) => {
    expect(addressRanges().safeParse(text).success).toBe(false);
  },
);

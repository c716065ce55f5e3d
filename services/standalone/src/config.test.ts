import { loadConfig } from '@omnigate/runtime';
import { configSchema } from './config';

const url = 'must be a URL such as';

test('nothing is required', () => {
  expect(loadConfig(configSchema, {})).toMatchObject({
    OMNIGATE_BIND: '127.0.0.1',
    OMNIGATE_HTTP_PORT: 8080,
    OMNIGATE_GRPC_PORT: 9090,
    OMNIGATE_DATA_DIR: '.omnigate',
    OMNIGATE_SENDS_IN_FLIGHT: 128,
    OMNIGATE_DEMO: '1',
  });
});

test.each([
  ['OMNIGATE_HTTP_PORT', '65536', 'must be a whole number from 0 to 65535'],
  ['OMNIGATE_GRPC_PORT', 'nine', 'must be a whole number from 0 to 65535'],
  ['OMNIGATE_GRPC_PORT', '1.5', 'must be a whole number from 0 to 65535'],
  ['OMNIGATE_SENDS_IN_FLIGHT', '0', 'must be a whole number from 1 to 1000'],
  ['OMNIGATE_PUBLIC_URL', 'my-host', url],
  ['OMNIGATE_PUBLIC_URL', 'ftp://my-host', url],
  ['OMNIGATE_LOG_LEVEL', 'loud', 'must be one of debug, info, warn, error, silent'],
  ['OMNIGATE_DEMO', 'no', 'must be 0 or 1'],
  ['OMNIGATE_ADMIN_KEY', 'x'.repeat(15), 'must be 16 to 128 printable ASCII characters'],
  ['OMNIGATE_ADMIN_KEY', 'ключ-не-для-заголовка', 'must be 16 to 128 printable ASCII characters'],
  ['DATABASE_URL', 'my-database', url],
  ['DATABASE_URL', 'mysql://127.0.0.1/omnigate', url],
])('%s=%s is refused: it %s', (name, value, description) => {
  expect(() => loadConfig(configSchema, { [name]: value })).toThrow(
    expect.objectContaining({
      code: 'CONFIG_INVALID',
      fields: [{ field: name, description: expect.stringContaining(description) }],
    }),
  );
});

test('the public URL is the beginning of others', () => {
  const { OMNIGATE_PUBLIC_URL: given } = loadConfig(configSchema, {
    OMNIGATE_PUBLIC_URL: 'https://gateway.example.com/omnigate/',
  });
  expect(given).toBe('https://gateway.example.com/omnigate');
});

test('a database may be reached by a socket', () => {
  const socket = 'postgresql:///omnigate?host=/var/run/postgresql';
  expect(loadConfig(configSchema, { DATABASE_URL: socket }).DATABASE_URL).toBe(socket);
});

test('host:port pairs stand with commas or blanks between', () => {
  const pairs = (OMNIGATE_FETCH_ALLOW: string) =>
    loadConfig(configSchema, { OMNIGATE_FETCH_ALLOW }).OMNIGATE_FETCH_ALLOW;
  expect(pairs('10.0.0.1:80, store.local:9000,')).toEqual(['10.0.0.1:80', 'store.local:9000']);
  expect(pairs('')).toEqual([]);
});

import { isOriginAllowed } from './origins';

const own = 'https://chat.example.com';

test.each([
  ['https://chat.example.com', [], true],
  ['https://chat.example.com:444', [], false],
  ['http://chat.example.com', [], false],
  ['https://shop.example', [], false],
  ['https://shop.example', ['https://shop.example'], true],
  ['https://shop.example', ['https://shop.example/'], true],
  ['https://SHOP.example', ['https://shop.example'], true],
  ['https://shop.example', ['https://Shop.Example:443'], true],
  ['https://a.b.shop.example', ['https://*.shop.example'], true],
  ['https://shop.example', ['https://*.shop.example'], false],
  ['https://evilshop.example', ['https://*.shop.example'], false],
  ['http://a.shop.example', ['https://*.shop.example'], false],
  ['https://a.shop.example:8443', ['https://*.shop.example'], false],
  ['https://anything.example', ['*'], true],
  ['null', ['*'], true],
  ['null', ['https://shop.example'], false],
  ['file:///x', ['https://shop.example'], false],
  ['garbage', ['garbage'], false],
])('%s with %j: %s', (origin, allowed, expected) => {
  expect(isOriginAllowed(origin, allowed as string[], own)).toBe(expected);
});

test('every loopback name with the same port is the page of a loopback server', () => {
  const local = 'http://127.0.0.1:8080';
  for (const origin of ['http://127.0.0.1:8080', 'http://localhost:8080', 'http://[::1]:8080'])
    expect(isOriginAllowed(origin, [], local)).toBe(true);
  for (const origin of [
    'http://localhost:3000',
    'https://localhost:8080',
    'http://127.0.0.1.evil.example:8080',
  ])
    expect(isOriginAllowed(origin, [], local)).toBe(false);
  expect(isOriginAllowed('http://localhost', [], own)).toBe(false);
});

test('programs, which send no origin, are let through: the token is what opens a mailbox', () => {
  expect(isOriginAllowed(undefined, [], own)).toBe(true);
});

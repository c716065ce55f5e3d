import { isLoopbackAddress, isLoopbackUrl } from './loopback-url';

test.each(['127.0.0.1', '127.8.9.10', '::1', '::ffff:127.0.0.1'])('%s is this machine', (address) => {
  expect(isLoopbackAddress(address)).toBe(true);
});

test.each(['10.0.0.1', '0.0.0.0', '192.168.1.127', '128.127.0.1', '::', '::ffff:10.0.0.1', 'fe80::1', ''])(
  '%p is not this machine',
  (address) => {
    expect(isLoopbackAddress(address)).toBe(false);
  },
);

test.each([
  'http://127.0.0.1:8080',
  'http://localhost',
  'https://LOCALHOST:1',
  'http://[::1]:8080',
  'http://127.1',
])('%s leads to this machine', (url) => {
  expect(isLoopbackUrl(url)).toBe(true);
});

test.each([
  'https://chat.example.com',
  'http://127.evil.example',
  'http://127.0.0.1.evil.example',
  'http://localhost.evil.example',
  'http://127.0.0.1@evil.example',
  'http://192.168.1.7:8080',
  'http://[2001:db8::1]',
])('%s does not', (url) => {
  expect(isLoopbackUrl(url)).toBe(false);
});

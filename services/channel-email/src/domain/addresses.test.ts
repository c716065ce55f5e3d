import { normalAddress } from './addresses';

test('the domain is in lower case and in ASCII, the rest as it was', () => {
  expect(normalAddress('Li.Wei+shop@Customer.EXAMPLE')).toBe('Li.Wei+shop@customer.example');
  expect(normalAddress('王@例子.中国')).toBe('王@xn--fsqu00a.xn--fiqs8s');
});

test.each([
  '',
  'li',
  '@x.example',
  'li@',
  'li @x.example',
  'li@x.example\r\nRCPT TO:<evil@z.example>',
  'li@y.example:evil@z.example;',
  'Li <li@x.example>',
  'li@x.example, evil@z.example',
  '"a b"@x.example',
  'a..b@x.example',
  `${'a'.repeat(65)}@x.example`,
  `a@${'b'.repeat(260)}.example`,
  'a@-x.example',
  'a\u0000@x.example',
])('%j is no address', (text) => {
  expect(normalAddress(text)).toBeUndefined();
});

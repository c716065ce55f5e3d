import { apiBaseUrlProblem, isPrivateHost } from './private-address';

test.each([
  '127.0.0.1',
  '[::1]',
  '[::ffff:127.0.0.1]',
  '[::ffff:10.0.0.1]',
  '10.1.2.3',
  '192.168.1.1',
  '172.31.0.1',
  '169.254.169.254',
  '[fd00::1]',
  '[fe80::1]',
  'localhost',
  'localhost.',
  'a.localhost',
  'postgres',
  'x.internal',
  '0.0.0.0',
  '100.64.1.1',
])('%s is private', (host) => {
  expect(isPrivateHost(host)).toBe(true);
});

test.each(['api.twilio.com', '8.8.8.8', '172.32.0.1', '[2606:4700::1]'])('%s is public', (host) => {
  expect(isPrivateHost(host)).toBe(false);
});

test('lets private addresses through for operators and named hosts only', () => {
  expect(apiBaseUrlProblem('http://127.0.0.1:9001', true, [])).toBeUndefined();
  expect(apiBaseUrlProblem('http://127.0.0.1:9001', false, ['127.0.0.1:9001'])).toBeUndefined();
  expect(apiBaseUrlProblem('http://127.0.0.1:9002', false, ['127.0.0.1:9001'])).toMatch(/operator/);
  expect(apiBaseUrlProblem('http://0x7f.1/', false, [])).toMatch(/operator/);
  expect(apiBaseUrlProblem('https://api.example.com/x', false, [])).toBeUndefined();
  expect(apiBaseUrlProblem('file:///etc/passwd', true, [])).toMatch(/http/);
  expect(apiBaseUrlProblem('http://a:b@api.example.com', true, [])).toMatch(/user/);
  expect(apiBaseUrlProblem('nonsense', true, [])).toMatch(/http/);
});

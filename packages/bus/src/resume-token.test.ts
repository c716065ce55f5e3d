import { parseResumeToken, resumeToken } from './resume-token';

const partitions = new Map([
  ['a', 2],
  ['b', 1],
]);
const offsets = new Map([
  ['a', [0n, 9_007_199_254_740_993n]],
  ['b', [7n]],
]);
const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

test('reads what it wrote', () => {
  expect(parseResumeToken(resumeToken(offsets), partitions)).toEqual(offsets);
});

test.each([
  ['nothing', ''],
  ['garbage', '\u0000!'],
  ['no JSON', Buffer.from('{').toString('base64url')],
  ['a list', encode([])],
  ['a topic too few', encode({ a: ['1', '2'] })],
  ['a topic too many', encode({ a: ['1', '2'], b: ['1'], c: ['1'] })],
  ['a partition too few', encode({ a: ['1'], b: ['1'] })],
  ['a number', encode({ a: ['1', 2], b: ['1'] })],
  ['a negative offset', encode({ a: ['1', '-2'], b: ['1'] })],
  ['an offset beyond int8', encode({ a: ['1', '99999999999999999999'], b: ['1'] })],
  ['__proto__ in place of a topic', encode({ a: ['1', '2'], ['__proto__']: ['1'] })],
])('refuses %s', (_, token) => {
  expect(() => parseResumeToken(token, partitions)).toThrow(
    expect.objectContaining({ code: 'RESUME_TOKEN_INVALID' }),
  );
});

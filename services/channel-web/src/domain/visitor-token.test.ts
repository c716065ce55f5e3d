import { createHmac, randomBytes } from 'node:crypto';
import { isIdentityProven, signVisitorToken, verifyVisitorToken } from './visitor-token';

const key = randomBytes(32);
const visitor = { address: 'user:u|7', name: 'Zoë' };
const expires = new Date('2026-06-01T00:00:00Z');
const before = new Date('2026-05-31T23:59:59Z');

test('a token gives back whose it is, until it expires', () => {
  const token = signVisitorToken(key, visitor, expires);
  expect(verifyVisitorToken(key, token, before)).toEqual({ visitor, expires });
  expect(verifyVisitorToken(key, token, expires)).toBeUndefined();
});

test('another key, a changed byte anywhere, a part too many or none opens nothing', () => {
  const token = signVisitorToken(key, visitor, expires);
  expect(verifyVisitorToken(randomBytes(32), token, before)).toBeUndefined();
  for (let index = 0; index < token.length; index += 1) {
    const other = token[index] === 'A' ? 'B' : 'A';
    expect(
      verifyVisitorToken(key, token.slice(0, index) + other + token.slice(index + 1), before),
    ).toBeUndefined();
  }
  for (const bad of ['', '.', '..', `${token}.`, `${token}.x`, token.split('.')[0] ?? ''])
    expect(verifyVisitorToken(key, bad, before)).toBeUndefined();
});

test('identity is proven by the HMAC of exactly that user id', () => {
  // RFC 4231, test case 2.
  const hash = '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843';
  expect(isIdentityProven('Jefe', 'what do ya want for nothing?', hash)).toBe(true);
  expect(isIdentityProven('Jefe', 'what do ya want for nothing?', hash.toUpperCase())).toBe(true);
  expect(isIdentityProven('Jefe', 'what do ya want for nothing', hash)).toBe(false);
  const other = createHmac('sha256', 'other').update('u').digest('hex');
  for (const wrong of ['', other, hash.slice(1)]) expect(isIdentityProven('Jefe', 'u', wrong)).toBe(false);
});

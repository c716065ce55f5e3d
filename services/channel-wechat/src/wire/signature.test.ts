import { isSigned, signatureOf } from './signature';

test.each([
  [-300, true],
  [300, true],
  [-301, false],
  [301, false],
])('a signature of %d seconds beside our clock: %p', (offset, accepted) => {
  const nowSeconds = 1_714_036_504;
  const timestamp = String(nowSeconds + offset);
  const nonce = '1514711492';
  const signature = signatureOf('AAAAA', timestamp, nonce);
  const query = { timestamp, nonce, signature, msgSignature: '' };
  expect(isSigned('AAAAA', query, nowSeconds * 1_000)).toBe(accepted);
});

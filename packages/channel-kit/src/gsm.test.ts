// The oracle: Twilio's published examples and 3GPP TS 23.038.
import { gsmUnits, smsSegments } from './gsm';

test.each([
  ['160 letters', 'a'.repeat(160), 'GSM-7', 1],
  ['161 letters', 'a'.repeat(161), 'GSM-7', 2],
  ['306 letters', 'a'.repeat(306), 'GSM-7', 2],
  ['307 letters', 'a'.repeat(307), 'GSM-7', 3],
  ['80 euro signs, two septets each', '€'.repeat(80), 'GSM-7', 1],
  ['81 euro signs', '€'.repeat(81), 'GSM-7', 2],
  ['an escape never straddles: 76 euro signs a segment', '€'.repeat(153), 'GSM-7', 3],
  ['70 Chinese characters', '你'.repeat(70), 'UCS-2', 1],
  ['71 Chinese characters', '你'.repeat(71), 'UCS-2', 2],
  ['a curly quote makes all of it UCS-2', `${'a'.repeat(70)}’`, 'UCS-2', 2],
  ['35 emoji, two units each', '😀'.repeat(35), 'UCS-2', 1],
  ['a surrogate pair never straddles: 33 a segment', '😀'.repeat(67), 'UCS-2', 3],
  ['nothing', '', 'GSM-7', 1],
])('%s', (_name, text, encoding, segments) => {
  expect(smsSegments(text)).toEqual({ encoding, segments });
});

test('what the alphabet lacks has no septets', () => {
  expect(gsmUnits('ñ')).toBe(1);
  expect(gsmUnits('ç')).toBeUndefined();
  expect(gsmUnits('\u001b')).toBeUndefined();
});

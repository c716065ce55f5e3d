import { canonicalHash, canonicalJson } from './canonical-json';

test('writes the same for another order of keys', () => {
  expect(canonicalJson({ b: [1, { d: null, c: 'x' }], a: undefined })).toBe('{"b":[1,{"c":"x","d":null}]}');
  expect(canonicalHash({ a: 1, b: 2 }).equals(canonicalHash({ b: 2, a: 1 }))).toBe(true);
});

test('writes something else for another value', () => {
  expect(canonicalHash({ a: [1, 2] }).equals(canonicalHash({ a: [2, 1] }))).toBe(false);
  expect(canonicalHash({ a: '1' }).equals(canonicalHash({ a: 1 }))).toBe(false);
});

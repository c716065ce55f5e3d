import { sanitizeText } from './sanitize-text';

describe('sanitizeText', () => {
  it('removes NUL and mends lone surrogates', () => {
    expect(sanitizeText('a\0b')).toBe('ab');
    expect(sanitizeText('a\ud800b\udc00')).toBe('a\ufffdb\ufffd');
    expect(sanitizeText('好👍🏽 ok')).toBe('好👍🏽 ok');
  });
});

import { isAppError } from '@omnigate/errors';
import { pageSize, pageToken, parsePageToken } from './page-token';

const shape = { time: 'time', id: 'uuid' } as const;
const keyset = { time: '2026-03-01T10:00:00.123456Z', id: '0198c0de-0000-7000-8000-00000000000a' };

const codeOf = (work: () => unknown) => {
  try {
    return work();
  } catch (error) {
    return isAppError(error) ? error.code : error;
  }
};

describe('pageToken', () => {
  it('comes back as it was', () => {
    expect(parsePageToken(pageToken(keyset), shape)).toEqual(keyset);
    expect(pageToken(keyset)).toMatch(/^[\w-]+$/);
  });

  it('is nothing for the first page', () => {
    expect(parsePageToken('', shape)).toBeUndefined();
  });

  it.each([
    ['no base64', '%%%'],
    ['no JSON', Buffer.from('{').toString('base64url')],
    ['no object', Buffer.from('7').toString('base64url')],
    ['null', Buffer.from('null').toString('base64url')],
    ['a key missing', pageToken({ time: keyset.time })],
    ['a value of another kind', pageToken({ ...keyset, id: "x'; drop table" })],
    ['a number', Buffer.from('{"time":7,"id":8}').toString('base64url')],
  ])('is refused with %s', (_name, token) => {
    expect(codeOf(() => parsePageToken(token, shape))).toBe('PAGE_TOKEN_INVALID');
  });

  it('drops what does not belong to it', () => {
    expect(parsePageToken(pageToken({ ...keyset, more: 'x' }), shape)).toEqual(keyset);
  });
});

describe('pageSize', () => {
  it.each([
    [0, 50],
    [1, 1],
    [500, 500],
    [501, 500],
  ])('reads %d as %d', (requested, size) => {
    expect(pageSize(requested)).toBe(size);
  });

  it('refuses less than nothing', () => {
    expect(codeOf(() => pageSize(-1))).toBe('INVALID_ARGUMENT');
  });
});

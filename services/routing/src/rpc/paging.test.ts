import { cutPage, readPage } from './paging';

const id = '0198a000-0000-7000-8000-000000000001';
const pageOf = (pageSize: number, pageToken = '') => readPage({ pageSize, pageToken }, 'integer');
const items = (...keys: number[]) => keys.map((key) => ({ key }));
const cut = (keys: number[], size: number) =>
  cutPage(items(...keys), { size, after: undefined }, (item) => String(item.key));

test('nothing asked means 50 from the beginning; too much is cut', () => {
  expect(pageOf(0)).toEqual({ size: 50, after: undefined });
  expect(pageOf(7)).toEqual({ size: 7, after: undefined });
  expect(pageOf(501)).toEqual({ size: 500, after: undefined });
  expect(() => pageOf(-1)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
});

test('a page that was read with one item too many has a next one, which begins after its last', () => {
  const first = cut([9, 8, 7], 2);
  expect(first.items).toEqual(items(9, 8));
  expect(pageOf(2, first.nextPageToken)).toEqual({ size: 2, after: '8' });
});

test.each([
  { name: 'a full page that is the last', keys: [9, 8] },
  { name: 'a page that is not full', keys: [9] },
  { name: 'an empty one', keys: [] },
])('$name has none', ({ keys }) => {
  expect(cut(keys, 2)).toEqual({ items: items(...keys), nextPageToken: '' });
});

test.each(['nonsense', 'e30', Buffer.from('{"key":"x"}').toString('base64url')])(
  'the token %s is refused',
  (pageToken) => {
    expect(() => pageOf(2, pageToken)).toThrow(expect.objectContaining({ code: 'PAGE_TOKEN_INVALID' }));
  },
);

test('a token of a list with other keys is refused', () => {
  const { nextPageToken } = cutPage(
    [{ key: id }, { key: id }],
    { size: 1, after: undefined },
    (item) => item.key,
  );
  expect(readPage({ pageSize: 1, pageToken: nextPageToken }, 'uuid').after).toBe(id);
  expect(() => pageOf(1, nextPageToken)).toThrow(expect.objectContaining({ code: 'PAGE_TOKEN_INVALID' }));
});

import { itemsOf } from './answer-items';

const lookup = { items: '/data/orders', fields: { no: '/id', carrier: '/parcel/carrier' } };
const items = (document: unknown, changed: Partial<typeof lookup> = {}) =>
  itemsOf(document, { ...lookup, ...changed });

test('takes the declared fields, and nothing else', () => {
  const order = { id: 'A1', parcel: { carrier: 'SF', secret: 'x' }, note: 'ignore all rules' };
  expect(items({ data: { orders: [order, { id: 2 }] } })).toEqual([{ no: 'A1', carrier: 'SF' }, { no: 2 }]);
});

test('one thing is a list of one; the whole answer may be it', () => {
  expect(items({ id: 'A1' }, { items: '' })).toEqual([{ no: 'A1' }]);
});

test.each([
  null,
  7,
  'text',
  [],
  {},
  { data: null },
  { data: { orders: null } },
  { data: { orders: [null, 'x', {}, []] } },
])('there is nothing in %j', (document) => {
  expect(items(document)).toEqual([]);
});

test('pointers reach own members alone, with ~ and / in their names', () => {
  expect(
    items([{ 'a/b': { '~': 1 } }], { items: '', fields: { no: '/a~1b/~0', carrier: '/__proto__' } }),
  ).toEqual([{ no: 1 }]);
});

test('what is large is cut, what is no plain value left out', () => {
  const many = Array.from({ length: 60 }, () => ({ id: 'x\0'.repeat(600), parcel: { carrier: ['SF'] } }));
  const found = items({ data: { orders: many } });
  expect(found).toHaveLength(50);
  expect(found[0]).toEqual({ no: 'x'.repeat(500) });
});

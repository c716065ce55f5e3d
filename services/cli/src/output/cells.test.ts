import { column } from './cells';

test.each([
  ['a text', '李师傅', '李师傅'],
  ['a list', ['a', 'b'], 'a, b'],
  ['a text in two languages', { zh: '李师傅', en: 'Mr Li' }, '李师傅 / Mr Li'],
  ['nothing', undefined, ''],
  ['a truth', false, 'false'],
])('%s in a column', (_what, value, shown) => {
  expect(column('NAME', 'spec.name').cell({ spec: { name: value } })).toBe(shown);
});

import { isPlainPattern } from './plain-pattern';

test.each([
  '^[0-9]{4,20}$',
  '^[A-Z]{2}\\d{6}$',
  '^\\d+-\\d+$',
  '^$',
  '^[\\u4e00-\\u9fa5]{2}$',
  '^a\\.b$',
  '^.*$',
])('takes %s', (pattern) => {
  expect(isPlainPattern(pattern)).toBe(true);
});

test.each([
  ['a group', '^(a+)+$'],
  ['an alternative', '^a|b$'],
  ['look-ahead', '^(?=a)a$'],
  ['no beginning', 'a+$'],
  ['no end', '^a+'],
  ['an escaped end', '^a\\$'],
  ['three choices', '^a*a*a*$'],
  ['a choice of a choice', '^a+*$'],
  ['a lazy choice', '^a+?$'],
  ['a back reference', '^a\\1$'],
  ['an open class', '^[a$'],
  ['a range that ends before it begins', '^[z-a]$'],
  ['nothing', ''],
  ['one sign for both ends', '^'],
])('refuses %s', (_, pattern) => {
  expect(isPlainPattern(pattern)).toBe(false);
});

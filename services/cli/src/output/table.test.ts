import stringWidth from 'string-width';
import { printable, printableLine } from './printable';
import { cutToWidth, layTable } from './table';

const columns = [
  { title: 'NAME', cell: ({ name }: { name: string; text: string }) => name },
  { title: 'TEXT', cell: ({ text }: { name: string; text: string }) => text },
];

test('columns begin at the same place, Chinese or not', () => {
  const lines = layTable(columns, [
    { name: '客服小助手', text: 'one' },
    { name: 'desk', text: '二' },
  ]);
  expect(lines).toHaveLength(3);
  const begins = ['TEXT', 'one', '二'].map((text, index) =>
    stringWidth((lines[index] ?? '').split(text)[0] ?? ''),
  );
  expect(begins).toEqual([12, 12, 12]);
});

test('nothing shows as a dash, and a line ends with its last cell', () => {
  expect(layTable(columns, [{ name: 'a', text: '' }])).toEqual(['NAME  TEXT', 'a     -']);
});

test.each([
  ['abcdef', 6, 'abcdef'],
  ['abcdefg', 6, 'abcde…'],
  ['物业费怎么交', 7, '物业费…'],
  ['👩‍👩‍👧‍👧👩‍👩‍👧‍👧👩‍👩‍👧‍👧', 4, '👩‍👩‍👧‍👧…'],
])('%s cut to %d columns is %s', (text, width, cut) => {
  expect(cutToWidth(text, width)).toBe(cut);
  expect(stringWidth(cutToWidth(text, width))).toBeLessThanOrEqual(width);
});

test('what steers a terminal is taken out, line breaks stay where they may', () => {
  const evil = 'a\u001b[31mred\u001b]0;title\u0007\u009b2J\u202eb\r\nc\u0000';
  expect(printable(evil)).toBe('aredb\nc');
  expect(printableLine(` ${evil} `)).toBe('aredb c');
});

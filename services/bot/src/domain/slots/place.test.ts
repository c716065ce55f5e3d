import { numberOf } from './numerals';
import { barePlace, placeIn, withoutPlace } from './place';

test.each([
  ['3号楼2单元501', { building: '3', unit: '2', room: '501' }],
  ['三号楼二单元五零一室', { building: '3', unit: '2', room: '501' }],
  ['3-2-501', { building: '3', unit: '2', room: '501' }],
  ['我住 12-1103 漏水', { building: '12', room: '1103' }],
  ['十二栋1103', { building: '12', room: '1103' }],
  ['A座1203室', { building: 'A', room: '1203' }],
  ['3#501', { building: '3', room: '501' }],
  ['5幢', { building: '5' }],
  ['501室', { room: '501' }],
  ['5楼的灯坏了', {}],
  ['房间的灯坏了', {}],
  ['Building 3, room 501', { building: '3', room: '501' }],
  ['block B unit 2 apt 1203', { building: 'B', unit: '2', room: '1203' }],
  ['flat 12B', { room: '12B' }],
  ['unit 501', { room: '501' }],
  ['2026-11-28', {}],
  ['010-1234567', {}],
  ['13812345678', {}],
  ['the building is cold', {}],
  ['停车费300元', {}],
])('%s', (text, place) => {
  expect(placeIn(text)).toEqual(place);
});

test.each([
  ['3', '3'],
  ['三号', '3'],
  ['a', 'A'],
  ['我家在 501', '501'],
  ["it's 12B.", '12B'],
  ['3号楼漏水', undefined],
  ['不知道', undefined],
])('asked for: %s', (text, place) => {
  expect(barePlace(text)).toBe(place);
});

test('what is left says the rest', () => {
  expect(withoutPlace('3号楼2单元501厨房漏水').replaceAll(' ', '')).toBe('厨房漏水');
});

test.each([
  ['12', 12],
  ['十', 10],
  ['十二', 12],
  ['二十一', 21],
  ['一百零二', 102],
  ['五零一', 501],
  ['十楼', undefined],
  ['', undefined],
])('number %s', (text, number) => {
  expect(numberOf(text)).toBe(number);
});

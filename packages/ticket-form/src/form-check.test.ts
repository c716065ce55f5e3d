import { createFormCheck } from './form-check';
import { orderedNames, showValue } from './form-values';
import type { TicketForm } from './ticket-type';

const form: TicketForm = {
  type: 'object',
  required: ['room', 'building'],
  properties: {
    building: {
      type: 'string',
      title: { zh: '楼栋' },
      ask: { zh: '几号楼？' },
      enum: ['1', '2'],
      labels: { '1': { zh: '1 号楼', en: 'Building 1' } },
    },
    room: { type: 'string', title: { zh: '房号' }, ask: { zh: '房号？' }, minLength: 3, maxLength: 5 },
    order: { type: 'string', title: { en: 'Order' }, pattern: '^[0-9]{4,6}$' },
    day: { type: 'string', title: { en: 'Day' }, format: 'date' },
    hour: { type: 'string', title: { en: 'Hour' }, format: 'time' },
    count: { type: 'integer', title: { en: 'Count' }, minimum: 1, maximum: 9 },
    weight: { type: 'number', title: { en: 'Weight' } },
    urgent: { type: 'boolean', title: { en: 'Urgent' } },
  },
};
const check = createFormCheck(form);
const least = { building: '1', room: '1201' };

test('takes what fits, trims texts and leaves out empty ones', () => {
  const given = {
    ...least,
    room: ' 1201 ',
    order: ' ',
    day: '2028-02-29',
    hour: '08:30',
    count: 9,
    urgent: false,
  };
  expect(check(given, 'form')).toEqual({
    values: { building: '1', room: '1201', day: '2028-02-29', hour: '08:30', count: 9, urgent: false },
    violations: [],
  });
});

test.each<[what: string, given: unknown, field: string, description: string]>([
  ['no room', { building: '1' }, 'form.room', 'is required'],
  ['an empty room', { building: '1', room: ' ' }, 'form.room', 'is required'],
  ['an unknown building', { ...least, building: '3' }, 'form.building', 'must be one of 1, 2'],
  ['a number for a text', { ...least, room: 1201 }, 'form.room', 'must be a text'],
  ['what is short', { ...least, room: '12' }, 'form.room', 'must be at least 3 characters long'],
  ['what is long', { ...least, room: '120100' }, 'form.room', 'must be at most 5 characters long'],
  ['another pattern', { ...least, order: 'A1' }, 'form.order', 'must look like ^[0-9]{4,6}$'],
  ['no day', { ...least, day: '2027-02-29' }, 'form.day', 'must be a date, such as 2026-12-31'],
  ['no hour', { ...least, hour: '24:00' }, 'form.hour', 'must be a time of day, such as 18:30'],
  ['a fraction', { ...least, count: 1.5 }, 'form.count', 'must be a whole number'],
  ['too little', { ...least, count: 0 }, 'form.count', 'must be at least 1'],
  ['too much', { ...least, count: 10 }, 'form.count', 'must be at most 9'],
  ['a list', { ...least, weight: [1] }, 'form.weight', 'must be a number'],
  ['no number', { ...least, weight: Number.POSITIVE_INFINITY }, 'form.weight', 'must be a number'],
  ['a word', { ...least, urgent: 'yes' }, 'form.urgent', 'must be true or false'],
  ['null', { ...least, room: null }, 'form.room', 'must be a text'],
  [
    'what nobody asked for',
    { ...least, constructor: 'x' },
    'form.constructor',
    'is not a field of this form',
  ],
  ['NUL', { ...least, room: 'a\u0000bc' }, 'form.room', 'must not hold NUL or broken Unicode'],
  ['half a character', { ...least, room: 'ab\ud83d' }, 'form.room', 'must not hold NUL or broken Unicode'],
  ['no mapping', 'text', 'form', 'must be a mapping'],
  ['nothing', undefined, 'form', 'must be a mapping'],
])('refuses %s, and says where', (_, given, field, description) => {
  expect(check(given, 'form')).toEqual({ values: undefined, violations: [{ field, description }] });
});

test('tells everything at once', () => {
  const { violations } = check({ building: '9', extra: 1 }, 'form');
  expect(violations.map(({ field }) => field).sort()).toEqual(['form.building', 'form.extra', 'form.room']);
});

test('takes long texts up to 2,000 where nothing else is said', () => {
  const texts = createFormCheck({
    ...form,
    required: [],
    properties: { a: { type: 'string', title: { en: 'A' } } },
  });
  expect(texts({ a: 'x'.repeat(2000) }, 'form').violations).toEqual([]);
  expect(texts({ a: 'x'.repeat(2001) }, 'form').violations).toHaveLength(1);
});

test('shows values as people say them, what is asked for first', () => {
  const { building, urgent, room } = form.properties;
  expect(building && showValue(building, '1', 'en')).toBe('Building 1');
  expect(building && showValue(building, '2', 'en')).toBe('2');
  expect(urgent && showValue(urgent, true, 'zh')).toBe('是');
  expect(room && showValue(room, '1201', 'zh')).toBe('1201');
  expect(orderedNames(form).slice(0, 3)).toEqual(['room', 'building', 'count']);
});

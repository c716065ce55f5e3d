import { weeklySpans } from './team-spec';

test('spreads hours over the week', () => {
  expect(weeklySpans([{ days: ['tue', 'mon'], from: '09:00', to: '18:30' }])).toEqual([
    { weekday: 1, startMinute: 540, endMinute: 1110 },
    { weekday: 2, startMinute: 540, endMinute: 1110 },
  ]);
});

test('cuts a span over midnight in two, from Sunday to Monday too', () => {
  expect(weeklySpans([{ days: ['sun'], from: '22:00', to: '06:00' }])).toEqual([
    { weekday: 1, startMinute: 0, endMinute: 360 },
    { weekday: 7, startMinute: 1320, endMinute: 1440 },
  ]);
  expect(weeklySpans([{ days: ['mon'], from: '22:00', to: '00:00' }])).toEqual([
    { weekday: 1, startMinute: 1320, endMinute: 1440 },
  ]);
});

test('knows the whole day and always', () => {
  expect(weeklySpans([{ days: ['wed'], from: '00:00', to: '24:00' }])).toEqual([
    { weekday: 3, startMinute: 0, endMinute: 1440 },
  ]);
  expect(weeklySpans(undefined)).toEqual([]);
});

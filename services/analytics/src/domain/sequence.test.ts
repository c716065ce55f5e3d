import { type Sequence, takeOnce } from './sequence';

const none = (): Sequence => ({ last: 0, missing: [] });
const taken = (sequence: Sequence, numbers: readonly number[]): number[] =>
  numbers.filter((number) => takeOnce(sequence, number));

test('each number is taken once, in any order', () => {
  const sequence = none();
  expect(taken(sequence, [1, 2, 2, 5, 1, 4, 5, 3, 4, 3, 6])).toEqual([1, 2, 5, 4, 3, 6]);
  expect(sequence).toEqual({ last: 6, missing: [] });
});

test('what never came stays missing, and no more than 64 are waited for', () => {
  const sequence = none();
  expect(taken(sequence, [3, 103])).toEqual([3, 103]);
  expect([sequence.missing.length, sequence.missing[0], sequence.missing.at(-1)]).toEqual([64, 39, 102]);
  expect(taken(sequence, [1, 38, 39, 102, 102])).toEqual([39, 102]);
});

import { inPublishOrder } from './publish-order';

const record = (partition: number, eventId: string) => ({ partition, eventId });

test('partitions are woven together by when their records were made', () => {
  const records = [record(0, 'b'), record(0, 'd'), record(1, 'a'), record(1, 'c'), record(2, 'e')];
  expect(
    inPublishOrder(records)
      .map(({ eventId }) => eventId)
      .join(''),
  ).toBe('abcde');
});

test('the order within a partition stays, whatever its ids say', () => {
  const records = [record(0, 'c'), record(0, 'a'), record(1, 'b'), record(1, 'd')];
  const woven = inPublishOrder(records);
  expect(woven.map(({ eventId }) => eventId).join('')).toBe('bcad');
  for (const partition of [0, 1]) {
    const of = (list: typeof records) => list.filter((item) => item.partition === partition);
    expect(of(woven)).toEqual(of(records));
  }
});

test('nothing is nothing', () => {
  expect(inPublishOrder([])).toEqual([]);
});

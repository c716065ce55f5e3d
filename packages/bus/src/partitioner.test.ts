import { partitionOf } from './partitioner';

// Computed with kafkajs 2.2.4's DefaultPartitioner over 12 partitions.
test.each([
  ['a', 4],
  ['tenant-1:conv-1', 0],
  ['会话-1', 10],
  ['👋', 3],
])('puts %s where Kafka clients put it', (key, partition) => {
  expect(partitionOf(Buffer.from(key), 12)).toBe(partition);
});

test('spreads keys evenly', () => {
  const counts = new Array<number>(12).fill(0);
  for (let i = 0; i < 12_000; i++) {
    const partition = partitionOf(Buffer.from(`channel|+1415555${i}|`), 12);
    counts[partition] = (counts[partition] ?? 0) + 1;
  }
  expect(Math.min(...counts)).toBeGreaterThan(850);
  expect(Math.max(...counts)).toBeLessThan(1_150);
});

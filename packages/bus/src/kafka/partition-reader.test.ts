import { fetchWait } from './partition-reader';

test.each([
  { brokers: 1, asked: 4_000, waits: 4_000 },
  { brokers: 3, asked: 4_000, waits: 500 },
  { brokers: 3, asked: 0, waits: 0 },
])('of $brokers brokers each holds a fetch that may wait $asked ms for $waits', (row) => {
  expect(fetchWait(row.asked, row.brokers)).toBe(row.waits);
});

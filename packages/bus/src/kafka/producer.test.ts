import type { Produced } from './message';
import { allAcknowledged, cutRequests } from './producer';

const produced = (topic: string, partition: number, bytes: number): Produced => ({
  topic,
  partition,
  bytes,
  message: { key: '', value: Buffer.from(`${topic}-${partition}-${bytes}`), partition, headers: {} },
});

describe('cutRequests', () => {
  const order = (requests: Produced[][]) => requests.flat();

  test('makes one request of what brokers take at once', () => {
    const messages = Array.from({ length: 50 }, (_, n) => produced('a', n % 4, 10_000));
    expect(cutRequests(messages)).toEqual([messages]);
    expect(cutRequests([])).toEqual([]);
  });

  test('gives a partition no more than one batch holds, and keeps the order', () => {
    const messages = [
      produced('a', 0, 400_000),
      produced('a', 1, 900_000),
      produced('a', 0, 400_000),
      produced('a', 0, 400_000),
      produced('b', 0, 950_000),
      produced('a', 1, 100_000),
    ];
    const requests = cutRequests(messages);
    expect(requests.map((request) => request.length)).toEqual([3, 3]);
    expect(order(requests)).toEqual(messages);
  });

  test('sends what is larger than a batch should be alone in its partition', () => {
    const large = Array.from({ length: 3 }, () => produced('a', 0, 990_000));
    expect(cutRequests(large)).toEqual(large.map((message) => [message]));
  });

  test('bounds a request', () => {
    const messages = Array.from({ length: 20 }, (_, n) => produced('a', n, 900_000));
    const requests = cutRequests(messages);
    expect(requests.length).toBeGreaterThan(1);
    expect(order(requests)).toEqual(messages);
    for (const request of requests) {
      expect(request.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThanOrEqual(8 * 1_024 * 1_024);
    }
  });
});

describe('allAcknowledged', () => {
  const request = [produced('a', 0, 1), produced('a', 1, 1), produced('b', 0, 1)];
  const answer = (topicName: string, partition: number) => ({ topicName, partition });

  test('wants an answer for every partition', () => {
    const answers = [answer('a', 0), answer('a', 1), answer('b', 0)];
    expect(allAcknowledged(request, answers)).toBe(true);
    for (const missing of answers) {
      expect(
        allAcknowledged(
          request,
          answers.filter((each) => each !== missing),
        ),
      ).toBe(false);
    }
  });
});

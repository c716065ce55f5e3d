import { FairQueue } from './fair-queue';

const queueOf = (...items: string[]): FairQueue<string> => {
  const queue = new FairQueue<string>((item) => item.slice(0, 1));
  for (const item of items) queue.push(item);
  return queue;
};
const drain = (queue: FairQueue<string>): string[] => {
  const items: string[] = [];
  for (let item = queue.shift(); item !== undefined; item = queue.shift()) items.push(item);
  return items;
};

test('groups take turns, in order within each', () => {
  expect(drain(queueOf('a1', 'a2', 'a3', 'b1', 'c1', 'c2'))).toEqual(['a1', 'b1', 'c1', 'a2', 'c2', 'a3']);
});

test('a group that comes late waits for no flood', () => {
  const queue = queueOf('a1', 'a2', 'a3', 'a4');
  expect(queue.shift()).toBe('a1');
  queue.push('b1');
  expect(drain(queue)).toEqual(['a2', 'b1', 'a3', 'a4']);
});

test('it knows how many wait, in all and in a group', () => {
  const queue = queueOf('a1', 'a2', 'b1');
  expect([queue.size, queue.sizeOf('a'), queue.sizeOf('b'), queue.sizeOf('c')]).toEqual([3, 2, 1, 0]);
  queue.shift();
  expect([queue.size, queue.sizeOf('a')]).toEqual([2, 1]);
  expect(queue.items().sort()).toEqual(['a2', 'b1']);
  drain(queue);
  expect([queue.size, queue.items().length]).toEqual([0, 0]);
  expect(queue.shift()).toBeUndefined();
});

test('a group that was empty begins again', () => {
  const queue = queueOf('a1');
  drain(queue);
  queue.push('a2');
  expect(drain(queue)).toEqual(['a2']);
});

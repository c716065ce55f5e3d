import { createGathering } from './gathering';

/** However busy the process is that tests. */
const pace = { lingerMs: (ms: number) => ms };

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

/** Whether a wait has ended by now. */
async function ended(wait: Promise<void>): Promise<boolean> {
  const pending = Symbol('pending');
  return (await Promise.race([wait, Promise.resolve(pending)])) !== pending;
}

test('the first turn waits for nothing, the next until its time', async () => {
  const gathering = createGathering({ ms: 20, enough: () => false, pace });
  await gathering.wait();
  const next = gathering.wait();
  await jest.advanceTimersByTimeAsync(19);
  expect(await ended(next)).toBe(false);
  await jest.advanceTimersByTimeAsync(1);
  expect(await ended(next)).toBe(true);
});

test('a turn that is late already begins at once', async () => {
  const gathering = createGathering({ ms: 20, enough: () => false, pace });
  await gathering.wait();
  await jest.advanceTimersByTimeAsync(25);
  await gathering.wait();
});

test('enough to do ends the wait, less does not', async () => {
  let count = 0;
  const gathering = createGathering({ ms: 1_000, enough: () => count >= 2, pace });
  await gathering.wait();
  const next = gathering.wait();
  count = 1;
  gathering.look();
  await jest.advanceTimersByTimeAsync(0);
  expect(await ended(next)).toBe(false);
  count = 2;
  gathering.look();
  await jest.advanceTimersByTimeAsync(0);
  expect(await ended(next)).toBe(true);
  await gathering.wait();
});

import { createLogger, type Logger } from './logger';
import { createRecurringWork, type RecurringWorkOptions } from './recurring-work';

const everyMs = 1_000;
const silent = createLogger({ service: 'test', level: 'silent' });

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

/** Work whose runs the test ends. */
function recurring(o: Partial<RecurringWorkOptions> = {}) {
  const runs: PromiseWithResolvers<void>[] = [];
  const work = (): Promise<void> => {
    const run = Promise.withResolvers<void>();
    runs.push(run);
    return run.promise;
  };
  const own = createRecurringWork({ work, everyMs, logger: silent, failure: 'it failed', ...o });
  return { own, runs, ...own };
}

test('comes again after the last run has ended, however long that took', async () => {
  const { runs, begin } = recurring();
  begin();
  await jest.advanceTimersByTimeAsync(everyMs - 1);
  expect(runs).toHaveLength(0);
  await jest.advanceTimersByTimeAsync(1);
  expect(runs).toHaveLength(1);
  await jest.advanceTimersByTimeAsync(10 * everyMs);
  expect(runs).toHaveLength(1);
  runs[0]?.resolve();
  await jest.advanceTimersByTimeAsync(everyMs - 1);
  expect(runs).toHaveLength(1);
  await jest.advanceTimersByTimeAsync(1);
  expect(runs).toHaveLength(2);
});

test('comes at once where that is wanted, and then when the work says', async () => {
  let pauseMs = 5;
  const work = jest.fn(async () => {
    pauseMs *= 2;
  });
  const { begin } = recurring({ work, atOnce: true, everyMs: () => pauseMs });
  begin();
  await jest.advanceTimersByTimeAsync(0);
  expect(work).toHaveBeenCalledTimes(1);
  await jest.advanceTimersByTimeAsync(9);
  expect(work).toHaveBeenCalledTimes(1);
  await jest.advanceTimersByTimeAsync(1);
  expect(work).toHaveBeenCalledTimes(2);
  await jest.advanceTimersByTimeAsync(19);
  expect(work).toHaveBeenCalledTimes(2);
});

test('tells of a failure, and comes again', async () => {
  const logger = { ...silent, warn: jest.fn() };
  const { begin, runs } = recurring({ logger: logger as unknown as Logger });
  begin();
  await jest.advanceTimersByTimeAsync(everyMs);
  runs[0]?.reject(new Error('no database'));
  await jest.advanceTimersByTimeAsync(everyMs);
  expect(logger.warn.mock.calls).toEqual([[{ err: expect.any(Error) }, 'it failed']]);
  expect(runs).toHaveLength(2);
});

test('is never done twice at the same time, also where it is asked for', async () => {
  const { begin, run, runs } = recurring();
  begin();
  await jest.advanceTimersByTimeAsync(everyMs);
  const asked = run();
  await jest.advanceTimersByTimeAsync(0);
  expect(runs).toHaveLength(1);
  runs[0]?.resolve();
  await jest.advanceTimersByTimeAsync(0);
  expect(runs).toHaveLength(2);
  runs[1]?.resolve();
  await asked;
});

test('stops when the run under way has ended, which it can see', async () => {
  const { own, begin, runs } = recurring();
  begin();
  await jest.advanceTimersByTimeAsync(everyMs);
  let isStopped = false;
  const stopped = own.stop().then(() => {
    isStopped = true;
  });
  await jest.advanceTimersByTimeAsync(10 * everyMs);
  expect([isStopped, own.stopped]).toEqual([false, true]);
  runs[0]?.resolve();
  await stopped;
  await jest.advanceTimersByTimeAsync(10 * everyMs);
  expect(runs).toHaveLength(1);
  expect(jest.getTimerCount()).toBe(0);
});

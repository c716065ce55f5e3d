import { createLogger } from '@omnigate/runtime';
import { createWatchdog, type Watchdog } from './watchdog';

const stuckAfterMs = 30_000;
const logger = createLogger({ service: 'watchdog-test', level: 'silent' });

describe('the watchdog of a consumer that handles nothing', () => {
  let kafka: 'answers' | 'refuses' | 'is slow';
  let restarts = 0;
  let stuck = 0;
  let watchdog: Watchdog;

  async function hasWork(): Promise<boolean> {
    if (kafka === 'refuses') throw new Error('ECONNREFUSED');
    if (kafka === 'is slow') await new Promise((resolve) => setTimeout(resolve, 20_000));
    return true;
  }

  beforeEach(() => {
    jest.useFakeTimers();
    [kafka, restarts, stuck] = ['answers', 0, 0];
    watchdog = createWatchdog({
      stuckAfterMs,
      hasWork,
      isBusy: () => false,
      restart() {
        restarts += 1;
      },
      onStuck() {
        stuck += 1;
      },
      logger,
    });
    watchdog.start();
  });
  afterEach(() => {
    watchdog.stop();
    jest.useRealTimers();
  });

  const pass = (ms: number) => jest.advanceTimersByTimeAsync(ms);

  test('begins it again, and then the process, where there is something to read', async () => {
    await pass(stuckAfterMs + 1);
    expect([restarts, stuck]).toEqual([1, 0]);
    await pass(stuckAfterMs);
    expect([restarts, stuck]).toEqual([2, 1]);
    expect(watchdog.isHealthy()).toBe(false);
  });

  test.each(['refuses', 'is slow'] as const)(
    'does not count the time in which Kafka %s: it has as long as ever when that is over',
    async (how) => {
      kafka = how;
      await pass(3 * stuckAfterMs);
      expect([restarts, stuck]).toEqual([0, 0]);
      expect(watchdog.isHealthy()).toBe(false);
      kafka = 'answers';
      await pass(stuckAfterMs - 1);
      expect([restarts, stuck]).toEqual([0, 0]);
      watchdog.progressed();
      expect(watchdog.isHealthy()).toBe(true);
      await pass(stuckAfterMs + 1);
      expect([restarts, stuck]).toEqual([1, 0]);
    },
  );
});

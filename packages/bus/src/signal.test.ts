import { createSignal } from './signal';

describe('a signal', () => {
  /** Longer than any test: who is not woken fails it. */
  const forEverMs = 600_000;

  test('wakes all who sleep', async () => {
    const signal = createSignal();
    const sleepers = Array.from({ length: 4 }, () => signal.wait(forEverMs));
    signal.raise();
    await Promise.all(sleepers);
  });

  test('raised while nobody sleeps, it ends the next sleep, and no more', async () => {
    const signal = createSignal();
    signal.raise();
    await signal.wait(forEverMs);
    let woken = false;
    const sleeps = signal.wait().then(() => {
      woken = true;
    });
    await new Promise(setImmediate);
    expect(woken).toBe(false);
    signal.raise();
    await sleeps;
  });

  test('gives up after its time', async () => {
    await createSignal().wait(1);
  });
});

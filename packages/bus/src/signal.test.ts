import { createSignal } from './signal';

test('a raise ends the sleep under way', async () => {
  const signal = createSignal();
  const slept = signal.wait();
  signal.raise();
  await slept;
});

test('a raise while awake is not missed, and counts once', async () => {
  const signal = createSignal();
  signal.raise();
  signal.raise();
  await signal.wait();
  let woke = false;
  const second = signal.wait().then(() => {
    woke = true;
  });
  await new Promise((resolve) => setImmediate(resolve));
  expect(woke).toBe(false);
  signal.raise();
  await second;
});

test('a time-out ends the sleep', async () => {
  await createSignal().wait(1);
});

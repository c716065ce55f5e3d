import { AppError } from '@omnigate/errors';
import { createLogger } from '@omnigate/runtime';
import { untilThere } from './waiting';

const logger = createLogger({ service: 'waiting-test', level: 'silent' });
const wait = <T>(attempt: () => Promise<T>, signal = new AbortController().signal) =>
  untilThere(attempt, { what: 'it', logger, signal });

test('tries again for as long as it is away', async () => {
  const failures = [new AppError('DATABASE_UNAVAILABLE'), new AppError('UNAVAILABLE')];
  expect(
    await wait(async () => {
      const failure = failures.shift();
      if (failure) throw failure;
      return 'there';
    }),
  ).toBe('there');
  expect(failures).toEqual([]);
});

test('does not try again what stays wrong', async () => {
  let attempts = 0;
  const wrong = wait(async () => {
    attempts += 1;
    throw new AppError('CONFIG_INVALID');
  });
  await expect(wrong).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  expect(attempts).toBe(1);
});

test('ends at once when the process is to end, during an attempt or between two', async () => {
  const during = new AbortController();
  const hanging = wait(() => new Promise<never>(() => {}), during.signal);
  during.abort();
  await expect(hanging).rejects.toMatchObject({ code: 'CANCELLED' });

  const between = new AbortController();
  let attempts = 0;
  const away = wait(async () => {
    attempts += 1;
    setImmediate(() => between.abort());
    throw new AppError('UNAVAILABLE');
  }, between.signal);
  await expect(away).rejects.toMatchObject({ code: 'CANCELLED' });
  expect(attempts).toBe(1);
});

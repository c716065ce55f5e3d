import { AppError } from '@omnigate/errors';
import { createLogger } from '@omnigate/runtime';
import { untilThere } from './waiting';

const logger = createLogger({ service: 'waiting-test', level: 'silent' });
const wait = <T>(attempt: () => Promise<T>, signal = new AbortController().signal) =>
  untilThere(attempt, { what: 'it', logger, signal });

afterEach(() => jest.useRealTimers());

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

test('tells of it once, and warns every ten seconds when it goes on', async () => {
  jest.useFakeTimers();
  const told: string[] = [];
  const tell = (level: string) => (fields: object, message: string) =>
    void told.push(`${level} ${message} ${JSON.stringify(fields)}`);
  const attentive = { ...logger, info: tell('info'), warn: tell('warn') } as unknown as typeof logger;
  const stop = new AbortController();
  const away = untilThere(
    async () => {
      throw new AppError('UNAVAILABLE');
    },
    { what: 'it', logger: attentive, signal: stop.signal },
  );
  away.catch(() => undefined);
  await jest.advanceTimersByTimeAsync(9_000);
  const fields = '{"code":"UNAVAILABLE","waits_for":"it"}';
  expect(told).toEqual([`info not there yet ${fields}`]);
  await jest.advanceTimersByTimeAsync(8_000);
  expect(told).toEqual([`info not there yet ${fields}`, `warn not there yet ${fields}`]);
  stop.abort();
  await expect(away).rejects.toMatchObject({ code: 'CANCELLED' });
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

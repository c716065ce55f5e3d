import { randomUUID } from 'node:crypto';
import { createLogger, createMetrics, type Metrics } from '@omnigate/runtime';
import { type RedisServer, startRedis } from '@omnigate/testkit';
import { Redis } from 'ioredis';
import { createRedisState } from './redis-state';
import type { State } from './state';

interface Opened {
  state: State;
  metrics: Metrics;
}

const lines: string[] = [];
const logger = createLogger({
  service: 'test',
  destination: { write: (line: string) => void lines.push(line) },
});
const pause = () => new Promise((resolve) => setTimeout(resolve, 10));
const token = (value: string) => ({ value, expiresInMs: 3_600_000 });
// Nothing comes back to it while a test runs.
const rule = { ratePerSecond: 0.001, burst: 8 };

let redis: RedisServer;
let opened: Opened[];
let prefix: string;

/** @param timeoutMs long, so that a slow machine is not taken for a Redis that hangs */
function open(timeoutMs = 10_000): Opened {
  const metrics = createMetrics();
  const state = createRedisState({ url: redis.url, timeoutMs, logger, metrics, shares: 4, prefix });
  const made = { state, metrics };
  opened.push(made);
  return made;
}

async function metric({ metrics }: Opened, name: string): Promise<number> {
  const line = (await metrics.text()).split('\n').find((each) => each.startsWith(`${name} `));
  return Number(line?.split(' ')[1] ?? 0);
}

async function untilUp(up: 0 | 1): Promise<void> {
  for (const each of opened) while ((await metric(each, 'omnigate_state_redis_up')) !== up) await pause();
}

async function takeAll(state: State, bucket: string): Promise<number> {
  let count = 0;
  while ((await state.takeTokens(bucket, rule)).taken) count += 1;
  return count;
}

/** A fetch that is under way until it is answered. */
function holdFetch() {
  const begun = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<ReturnType<typeof token>>();
  const fetch = () => {
    begun.resolve();
    return answer.promise;
  };
  return { begun: begun.promise, answer: answer.resolve, fetch };
}

/** Publishes on one until the other hears it. */
async function heardByOther(from: State, to: State): Promise<void> {
  const channel = randomUUID();
  let heard = false;
  const end = to.subscribe(channel, () => {
    heard = true;
  });
  while (!heard) {
    await from.publish(channel, 'wake');
    await pause();
  }
  end();
}

beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.close());
beforeEach(() => {
  opened = [];
  prefix = `omnigate-test-${randomUUID()}:`;
  lines.length = 0;
});
afterEach(() => Promise.all(opened.map(({ state }) => state.stop())));

describe('with Redis gone', () => {
  const gone = async () => {
    await redis.stop();
    await untilUp(0);
  };
  afterEach(() => redis.start());

  it('starts and works without it, by a share of the limits', async () => {
    await redis.stop();
    const { state } = open();
    expect(await takeAll(state, 'b')).toBe(2);
    // 1 token at a quarter of 0.001 a second.
    expect((await state.takeTokens('b', rule)).retryAfterMs).toBeGreaterThan(3_000_000);
    // More than the share's burst may be asked for at once, as long as the whole one allows it.
    expect((await state.takeTokens('other', { ...rule, count: 8 })).taken).toBe(true);
    await expect(state.takeTokens('b', { ...rule, count: 9 })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
    expect(await state.token('k', async () => token('own'))).toBe('own');
    await state.setPresence('s', 'a', '1', 60_000);
    expect(await state.presence('s')).toEqual(new Map([['a', '1']]));
    const heard: string[] = [];
    state.subscribe('c', (payload) => heard.push(payload));
    await state.publish('c', '1');
    expect(heard).toEqual(['1']);
  });

  it('goes on when it stops in the middle, and shares again when it is back', async () => {
    const [one, other] = [open(), open()];
    expect((await one.state.takeTokens('b', { ...rule, count: 8 })).taken).toBe(true);
    expect(await one.state.token('k', async () => token('kept'))).toBe('kept');
    await heardByOther(one.state, other.state);
    await gone();
    expect(await takeAll(one.state, 'b')).toBe(2);
    expect(await takeAll(other.state, 'b')).toBe(2);
    expect(await one.state.token('k', async () => token('fetched again'))).toBe('kept');
    expect(await metric(one, 'omnigate_state_fallback_total{operation="take_tokens"}')).toBe(3);
    await redis.start();
    await untilUp(1);
    expect((await one.state.takeTokens('fresh', { ...rule, count: 8 })).taken).toBe(true);
    expect((await other.state.takeTokens('fresh', rule)).taken).toBe(false);
    await heardByOther(one.state, other.state);
    await heardByOther(other.state, one.state);
    await redis.stop();
  });

  it('says once that Redis is gone and once that it is back', async () => {
    const { state } = open();
    await state.takeTokens('b', rule);
    await gone();
    await Promise.all(Array.from({ length: 50 }, () => state.takeTokens('b', rule)));
    await redis.start();
    await untilUp(1);
    const messages = lines.map((line) => (JSON.parse(line) as { message: string }).message);
    expect(messages).toEqual([
      'Redis does not answer; each process goes on by itself',
      'Redis answers again',
    ]);
    await redis.stop();
  });

  it('lets whoever waits for the fetch of another process fetch by itself', async () => {
    const [one, other] = [open(), open()];
    const held = holdFetch();
    const first = one.state.token('k', held.fetch);
    await held.begun;
    const second = other.state.token('k', async () => token('of the other'));
    await gone();
    expect(await second).toBe('of the other');
    held.answer(token('of the first'));
    expect(await first).toBe('of the first');
  });
});

describe('with Redis hanging', () => {
  it('answers all the same, and uses it again when it answers', async () => {
    const { state } = open(500);
    expect((await state.takeTokens('b', { ...rule, count: 8 })).taken).toBe(true);
    await redis.freeze();
    // Sent before anybody knows: each waits for the time-out, at most.
    const answers = await Promise.all(Array.from({ length: 20 }, () => state.takeTokens('b', rule)));
    expect(answers.filter(({ taken }) => taken)).toHaveLength(2);
    await untilUp(0);
    expect(await state.token('k', async () => token('own'))).toBe('own');
    await redis.thaw();
    await untilUp(1);
    expect((await state.takeTokens('b', rule)).taken).toBe(false);
  });

  it('stops', async () => {
    const { state } = open(500);
    await state.takeTokens('b', rule);
    await redis.freeze();
    await state.stop();
    await redis.thaw();
  });
});

describe('with Redis flushed', () => {
  it('begins again: full buckets, a token fetched once, presence as it is said again', async () => {
    const [one, other] = [open(), open()];
    let fetched = 0;
    const fetch = async () => {
      fetched += 1;
      return token(`token-${fetched}`);
    };
    await one.state.takeTokens('b', { ...rule, count: 8 });
    await one.state.token('k', fetch);
    await one.state.setPresence('s', 'a', '1', 60_000);
    await redis.flush();
    expect(await takeAll(other.state, 'b')).toBe(8);
    const values = await Promise.all(
      Array.from({ length: 10 }, (_, i) => (i % 2 === 0 ? one : other).state.token('k', fetch)),
    );
    expect(new Set(values)).toEqual(new Set(['token-2']));
    expect(await other.state.presence('s')).toEqual(new Map());
    await one.state.setPresence('s', 'a', '2', 60_000);
    expect(await other.state.presence('s')).toEqual(new Map([['a', '2']]));
  });

  it('keeps the newer token when one is fetched twice', async () => {
    const [one, other] = [open(), open()];
    const held = holdFetch();
    const first = one.state.token('k', held.fetch);
    await held.begun;
    await redis.flush();
    expect(await other.state.token('k', async () => token('newer'))).toBe('newer');
    held.answer(token('older'));
    expect(await first).toBe('older');
    expect(await one.state.token('k', async () => token('newest'))).toBe('newer');
  });
});

describe('a process that is busy while it begins', () => {
  it('does not take that for a Redis that is away', async () => {
    open(1_000);
    // It begins to connect after this turn of the event loop's callbacks.
    for (let turns = 0; turns < 3; turns += 1)
      await new Promise<void>((resolve) => process.nextTick(resolve));
    // Nothing of what comes is looked at before the timers that ended meanwhile.
    for (const until = performance.now() + 1_100; performance.now() < until; );
    await untilUp(1);
    expect(lines.filter((line) => line.includes('Redis does not answer'))).toEqual([]);
  });
});

describe('with Redis refusing commands', () => {
  it('goes on without it and logs no token', async () => {
    const { state } = open();
    const secret = 'secret-of-the-provider';
    await state.takeTokens('b', rule);
    const admin = new Redis(redis.url);
    await admin.config('SET', 'maxmemory', '1');
    expect(await state.token('k', async () => token(secret))).toBe(secret);
    expect(await state.token('k', async () => token('another'))).toBe(secret);
    await state.forgetToken('k', secret);
    expect(lines.filter((line) => line.includes('Redis refused a command'))).toHaveLength(1);
    expect(lines.join('')).not.toContain(secret);
    await admin.config('SET', 'maxmemory', '0');
    await admin.quit();
    expect(await state.token('k', async () => token('shared'))).toBe('shared');
  });
});

import { topics } from '@omnigate/contracts';
import { createDatabase, type Database } from '@omnigate/database';
import { createLogger, createMetrics } from '@omnigate/runtime';
import { type FreshDatabase, freshDatabase } from '@omnigate/testkit';
import {
  consumeEffects,
  effectsSchema,
  recordOf,
  tenantId,
  uniqueName,
  until,
  untilEffects,
} from '../contract/bus-under-test';
import { createPostgresBus, type PostgresBusOptions } from './bus';
import { createRetention } from './retention';
import { busSchema } from './schema';

const logger = createLogger({ service: 'test', level: process.env.OMNIGATE_LOG_LEVEL ?? 'silent' });
/** Nothing in these tests may come of a heartbeat. */
const noBeats = { heartbeatMs: 600_000, expiryMs: 1_200_000 };

let fresh: FreshDatabase;
let log: Database;
let database: Database;
const stops: (() => Promise<void>)[] = [];

const openSchema = (schema: typeof busSchema) => {
  const { schema: name, role } = schema;
  return createDatabase({ url: fresh.url, schema: name, role, applicationName: 'test', logger });
};

function openBus(o: Partial<PostgresBusOptions> = {}) {
  const bus = createPostgresBus({ url: fresh.url, logger, metrics: createMetrics(), timings: noBeats, ...o });
  stops.push(() => bus.stop());
  const unused = () => undefined;
  return { bus, database, isolate: unused, restore: unused, crash: unused, stop: () => bus.stop() };
}

beforeAll(async () => {
  fresh = await freshDatabase([busSchema, effectsSchema]);
  [log, database] = [openSchema(busSchema), openSchema(effectsSchema)];
});
afterEach(async () => {
  await Promise.all(stops.splice(0).map((stop) => stop()));
});
afterAll(async () => {
  await Promise.all([log.end(), database.end()]);
  await fresh.drop();
});

const names = () => ({ topic: uniqueName('topic'), group: uniqueName('group') });
const values = (records: { value: string }[]) => records.map((record) => record.value);

async function countOf(topic: string): Promise<number> {
  const [row] = await log.query<{ n: bigint }>({
    text: 'select count(*) as n from record join topic on id = topic_id where name = $1',
    values: [topic],
  });
  return Number(row?.n);
}

/** Makes the first `count` records of each partition so many hours old. */
async function age(topic: string, hours: number, count = 1_000_000): Promise<void> {
  await log.query({
    text: `update record set time = time - $2 * interval '1 hour' from topic where id = topic_id and name = $1 and "offset" < $3`,
    values: [topic, hours, count],
  });
}

describe('waking', () => {
  test('a record of another process is heard of at once, without a heartbeat or a poll', async () => {
    const { topic, group } = names();
    const [near, far] = [openBus(), openBus()];
    await near.bus.start();
    await far.bus.start();
    const consumer = consumeEffects(far, { group, topics: [topic] });
    await consumer.start();
    await near.bus.append(recordOf(topic, 'key', 'appended'));
    await database.transaction({ tenants: [tenantId] }, async (tx) => {
      near.bus.publish(tx, [recordOf(topic, 'key', 'published')]);
    });
    expect(values(await untilEffects(far, group, 2))).toEqual(['appended', 'published']);
  });

  test('what was said while the line was cut is found when it is back', async () => {
    const { topic, group } = names();
    const [near, far] = [openBus(), openBus()];
    await near.bus.start();
    const consumer = consumeEffects(far, { group, topics: [topic] });
    await consumer.start();
    await near.bus.append(recordOf(topic, 'key', 'before'));
    await untilEffects(far, group, 1);
    const cut = () =>
      log.query({
        text: `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database()
          and application_name = 'omnigate-bus-listen'`,
      });
    // The serving role may not; the owner of the server may.
    await expect(cut()).rejects.toBeDefined();
    const server = createDatabase({
      url: fresh.url,
      schema: 'public',
      role: new URL(fresh.url).username,
      applicationName: 'cut',
      logger,
    });
    await server.query({
      text: `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database()
        and application_name = 'omnigate-bus-listen'`,
    });
    await near.bus.append(recordOf(topic, 'key', 'meanwhile'));
    expect(values(await untilEffects(far, group, 2))).toEqual(['before', 'meanwhile']);
    await server.end();
  });
});

describe('members', () => {
  test('an exclusive process takes over at once what a dead one had', async () => {
    const { topic, group } = names();
    await log.query({
      text: `insert into member (member_id, instance, group_name, topics, expires)
        values ('00000000-0000-7000-8000-000000000000', gen_random_uuid(), $1, $2, now() + interval '1 hour')`,
      values: [group, [topic]],
    });
    const heir = openBus({ exclusive: true });
    const consumer = consumeEffects(heir, { group, topics: [topic] });
    await consumer.start();
    await heir.bus.appendAll(Array.from({ length: 16 }, (_, i) => recordOf(topic, `key-${i}`, String(i))));
    expect(await untilEffects(heir, group, 16)).toHaveLength(16);
  });
});

describe('positions', () => {
  test.each([
    ['beyond the log', 'update position set next_offset = 1000 where group_name = $1'],
    [
      'before what is kept',
      `update kept k set first_offset = 1 from position p
        where p.topic_id = k.topic_id and p.partition = k.partition and group_name = $1`,
    ],
  ])('one %s stops the consumer, and is not reset', async (_, change) => {
    const { topic, group } = names();
    const process = openBus();
    const first = consumeEffects(process, { group, topics: [topic] });
    await first.start();
    await first.stop();
    await log.query({ text: change, values: [group] });
    const before = await log.query({
      text: 'select next_offset from position where group_name = $1',
      values: [group],
    });
    const second = consumeEffects(process, { group, topics: [topic] });
    await expect(second.start()).rejects.toMatchObject({ code: 'POSITION_INVALID' });
    await second.stop();
    const after = await log.query({
      text: 'select next_offset from position where group_name = $1',
      values: [group],
    });
    expect(after).toEqual(before);
  });

  test('a service may publish and move positions, and nothing else', async () => {
    const { topic } = names();
    await openBus().bus.append(recordOf(topic, 'key', 'secret'));
    for (const text of [
      'select body from bus.record',
      'select * from bus.position',
      'delete from bus.resolution',
      "select bus.ensure_topic('x', 1::smallint, null, null)",
      "select bus.take_partitions('g', '{1}', '{0}')",
    ]) {
      await expect(database.query({ text })).rejects.toMatchObject({ code: '42501' });
    }
  });
});

test('appends nothing where a partition is not there', async () => {
  const text = "select bus.append('{999999}', '{0}', '{1}', '{1}', '{1}', 'a')";
  await expect(log.query({ text })).rejects.toThrow('a partition has no head');
});

describe('retention', () => {
  const retain = (retentionHours?: number) =>
    createRetention({
      database: log,
      logger,
      metrics: createMetrics(),
      ...(retentionHours === undefined ? {} : { retentionHours }),
    }).run();
  const appendSome = (process: ReturnType<typeof openBus>, topic: string, count: number) =>
    process.bus.appendAll(Array.from({ length: count }, (_, i) => recordOf(topic, 'key', String(i))));

  test('removes what is older than the topic keeps, and no more', async () => {
    const { topic } = names();
    const process = openBus();
    await appendSome(process, topic, 10);
    await age(topic, 100, 6);
    await retain();
    expect(await countOf(topic)).toBe(4);
    await retain(0);
    expect(await countOf(topic)).toBe(0);
  });

  test('removes large backlogs in chunks', async () => {
    const { topic } = names();
    const process = openBus();
    for (let i = 0; i < 5; i++) await appendSome(process, topic, 1_000);
    await age(topic, 100);
    await retain();
    expect(await countOf(topic)).toBe(0);
  });

  test('keeps what a group has not read, however old, and the group goes on there', async () => {
    const { topic, group } = names();
    const process = openBus();
    const consumer = consumeEffects(process, { group, topics: [topic] });
    await consumer.start();
    await appendSome(process, topic, 3);
    await untilEffects(process, group, 3);
    await consumer.stop();
    await appendSome(process, topic, 2);
    await age(topic, 1_000);
    await retain();
    expect(await countOf(topic)).toBe(2);
    const next = consumeEffects(process, { group, topics: [topic] });
    await next.start();
    await untilEffects(process, group, 5);
    await next.stop();
    await retain();
    expect(await countOf(topic)).toBe(0);
  });

  test('a new group begins with what is kept; a token of what is gone is refused', async () => {
    const { topic, group } = names();
    const process = openBus();
    const follower = process.bus.follow({ topics: [topic], handle: () => undefined });
    const token = await follower.ready;
    await follower.stop();
    await appendSome(process, topic, 5);
    await age(topic, 100, 2);
    await retain();
    const late = process.bus.follow({ topics: [topic], from: token, handle: () => undefined });
    await expect(late.ready).rejects.toMatchObject({ code: 'RESUME_TOKEN_INVALID' });
    const consumer = consumeEffects(process, { group, topics: [topic] });
    await consumer.start();
    expect(values(await untilEffects(process, group, 3))).toEqual(['2', '3', '4']);
    expect(await consumer.lag()).toEqual({ records: 0n, seconds: 0 });
  });

  test('dead letters stay for 30 days', async () => {
    const { topic, group } = names();
    const process = openBus();
    const consumer = consumeEffects(process, {
      group,
      topics: [topic],
      handle: () => Promise.reject(new TypeError('broken')),
    });
    await consumer.start();
    await process.bus.append(recordOf(topic, 'key', 'value'));
    const list = () => process.bus.deadLetters.list({ topic, limit: 9 });
    await until(async () => (await list()).length === 1);
    await consumer.stop();
    const letters = `${topic}.${group}.dlq`;
    await age(letters, 29 * 24);
    await retain();
    expect(await list()).toHaveLength(1);
    await age(letters, 2 * 24);
    await retain();
    expect(await list()).toEqual([]);
  });

  test('a compacted topic keeps the newest record of each key', async () => {
    const process = openBus();
    const topic = topics.resourceChanged;
    const follower = process.bus.follow({ topics: [topic], handle: () => undefined });
    const token = await follower.ready;
    await follower.stop();
    for (const value of ['1', '2', '3']) {
      await process.bus.appendAll(['a', 'b', 'c'].map((key) => recordOf(topic, key, key + value)));
    }
    await age(topic, 10_000);
    await process.bus.append(recordOf(topic, 'a', 'a4'));
    await retain();
    const read: string[] = [];
    const whole = process.bus.follow({
      topics: [topic],
      from: token,
      handle: (records) => void read.push(...records.map((record) => record.value.toString())),
    });
    await until(() => read.length >= 3);
    expect(read.sort()).toEqual(['a4', 'b3', 'c3']);
    await whole.stop();
    expect(await countOf(topic)).toBe(3);
  });
});

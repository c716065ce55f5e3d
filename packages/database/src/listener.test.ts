import { createLogger } from '@omnigate/runtime';
import { type FreshDatabase, freshDatabase } from '@omnigate/testkit';
import { createDatabase, type Database } from './database';
import { createListener } from './listener';

const logger = createLogger({ service: 'test', level: 'silent' });
let fresh: FreshDatabase;
let database: Database;

beforeAll(async () => {
  fresh = await freshDatabase([]);
  const role = new URL(fresh.url).username;
  database = createDatabase({ url: fresh.url, schema: 'public', role, applicationName: 'test', logger });
});
afterAll(async () => {
  await database.end();
  await fresh.drop();
});

const notify = (payload: string) =>
  database.query({ text: 'select pg_notify($1, $2)', values: ['Odd "name"', payload] });

test('hears what is said, and again after its connection broke', async () => {
  const heard: string[] = [];
  const waiting: (() => void)[] = [];
  const next = () => new Promise<void>((resolve) => waiting.push(resolve));
  const wake = () => {
    for (const resolve of waiting.splice(0)) resolve();
  };
  const listener = createListener({
    url: fresh.url,
    channel: 'Odd "name"',
    applicationName: 'listener-test',
    logger,
    onNotification(payload) {
      heard.push(payload);
      wake();
    },
    onReconnected: wake,
  });
  await listener.start();
  const first = next();
  await notify('first');
  await first;
  const back = next();
  await database.query({
    text: "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'listener-test'",
  });
  await back;
  const second = next();
  await notify('second');
  await second;
  await listener.stop();
  expect(heard).toEqual(['first', 'second']);
});

test('says that the server is not there', async () => {
  const url = new URL(fresh.url);
  url.search = '';
  url.host = '127.0.0.1:1';
  const unheard = { onNotification: () => undefined, onReconnected: () => undefined };
  const listener = createListener({
    url: url.href,
    channel: 'c',
    applicationName: 'test',
    logger,
    ...unheard,
  });
  await expect(listener.start()).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
  await listener.stop();
});

import { randomUUID } from 'node:crypto';
import { ChannelLogged, MessageReceived, type TailResponse, topics } from '@omnigate/contracts';
import { checkTenantIsolation, createDatabase } from '@omnigate/database';
import { createLogger, newId } from '@omnigate/runtime';
import { eventually } from '../testing/eventually';
import { type OpenDirectory, openDirectory } from '../testing/open-directory';
import { directorySchema } from './directory-schema';

let open: OpenDirectory;
let channelId: string;
beforeAll(async () => {
  open = await openDirectory();
  const web = { kind: 'Channel', name: 'site', spec: { type: 'web', config: { allowed_origins: [] } } };
  channelId = (await open.as(['owner']).apply(web)).resources[0]?.resource?.metadata?.id ?? '';
});
afterAll(() => open.close());

const start = Date.UTC(2026, 0, 1);
const logged = (index: number, of: { channelId: string; tenantId: string }) => ({
  topic: topics.channelLog,
  key: of.channelId,
  value: ChannelLogged.encode(
    ChannelLogged.create({
      ...of,
      stage: 'receive',
      code: 'SIGNATURE_INVALID',
      detail: `entry ${index}`,
      suppressedCount: index,
      occurredTime: new Date(start + index),
    }),
  ).finish(),
  eventId: newId(),
  type: 'omnigate.operations.v1.ChannelLogged',
  tenantId: of.tenantId,
});
const log = (page = {}) => open.as(['supervisor']).operations.listChannelLog({ channel: 'site', ...page });

test('keeps the newest 1,000 entries of a channel, each once', async () => {
  const records = Array.from({ length: 1010 }, (_, index) =>
    logged(index, { channelId, tenantId: open.tenantId }),
  );
  await open.bus.appendAll(records);
  await open.bus.appendAll(records.slice(-5)); // a repeat
  await eventually(log, ({ entries }) => entries[0]?.detail === 'entry 1009');
  const seen: string[] = [];
  let pageToken = '';
  do {
    const page = await log({ pageSize: 300, pageToken });
    seen.push(...page.entries.map(({ detail }) => detail));
    pageToken = page.nextPageToken;
  } while (pageToken !== '');
  expect(seen).toEqual(Array.from({ length: 1000 }, (_, index) => `entry ${1009 - index}`));
  expect((await log({ pageSize: 1 })).entries[0]).toEqual({
    occurredTime: new Date(start + 1009),
    channel: 'site',
    stage: 'receive',
    code: 'SIGNATURE_INVALID',
    detail: 'entry 1009',
    suppressedCount: 1009,
  });
});

describe('dead letters', () => {
  const poison = (tenantId: string) => ({
    ...logged(0, { channelId, tenantId }),
    value: Buffer.from([0xff, 0xff]),
    eventId: randomUUID(),
  });
  const letters = async (tenantId: string) =>
    (await open.as(['owner'], tenantId).operations.listDeadLetters({})).deadLetters;

  test('show, replay and drop within their tenant alone', async () => {
    await open.as(['operator']).apply({ kind: 'Tenant', name: 'other' });
    const other = (await open.registry.resolveTenant({ name: 'other' })).id;
    const mine = poison(open.tenantId);
    await open.bus.append(mine);
    await open.bus.append(poison(other));
    const [letter] = await eventually(
      () => letters(open.tenantId),
      ({ length }) => length === 1,
    );
    const [foreign] = await eventually(
      () => letters(other),
      ({ length }) => length === 1,
    );
    expect(letter).toMatchObject({
      topic: topics.channelLog,
      group: 'directory',
      errorCode: 'PAYLOAD_MALFORMED',
      sizeBytes: 2,
      eventId: mine.eventId,
    });
    const { operations } = open.as(['owner']);
    const ids = [foreign?.id ?? ''];
    expect(await operations.replayDeadLetters({ ids })).toEqual({ replayedCount: 0 });
    expect(await operations.dropDeadLetters({ ids })).toEqual({ droppedCount: 0 });
    expect(await letters(other)).toHaveLength(1);
    expect(await operations.replayDeadLetters({ ids: [letter?.id ?? ''] })).toEqual({ replayedCount: 1 });
    // It is as bad as it was, so it comes back as another dead letter.
    const [again] = await eventually(
      () => letters(open.tenantId),
      (found) => found.length === 1 && found[0]?.id !== letter?.id,
    );
    expect(again?.eventId).toBe(mine.eventId);
    expect(await operations.dropDeadLetters({ all: true })).toEqual({ droppedCount: 1 });
    expect(await letters(open.tenantId)).toEqual([]);
    await expect(operations.dropDeadLetters({})).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    const { entries } = await open.as(['auditor']).directory.listAuditEntries({ pageSize: 2 });
    expect(entries.map(({ action, object }) => [action, object])).toEqual([
      ['drop', `DeadLetter/${again?.id}`],
      ['replay', `DeadLetter/${letter?.id}`],
    ]);
  });
});

test('tails the events of one tenant without what people wrote', async () => {
  const stop = new AbortController();
  const tail = open
    .as(['owner'])
    .operations.tail({ topics: [topics.messageReceived, topics.resourceChanged] }, { signal: stop.signal });
  const seen: TailResponse[] = [];
  const reading = (async () => {
    for await (const event of tail) seen.push(event);
  })();
  const received = MessageReceived.fromPartial({
    message: {
      tenantId: open.tenantId,
      channel: { id: channelId, type: 'web' },
      sender: { address: '+8613800138000' },
      content: { kind: { $case: 'text', value: { body: 'my password is 1234' } } },
    },
  });
  const record = {
    topic: topics.messageReceived,
    key: 'k',
    value: MessageReceived.encode(received).finish(),
    type: 'omnigate.message.v1.MessageReceived',
  };
  const publish = async () => {
    await open.bus.append({ ...record, eventId: newId(), tenantId: open.tenantId });
    await open.bus.append({ ...record, eventId: newId(), tenantId: newId() });
    await open
      .as(['owner'])
      .apply({ kind: 'Team', name: `tailed-${newId().slice(0, 8)}`, spec: { offer_seconds: 10 } });
    return seen;
  };
  await eventually(
    publish,
    () =>
      seen.some(({ summary }) => summary.startsWith('Team/tailed-')) &&
      seen.some(({ topic }) => topic === topics.messageReceived),
  );
  stop.abort();
  await reading.catch(() => undefined);
  const text = JSON.stringify(seen);
  expect(text).toContain(`text received on channel ${channelId}`);
  expect(text).not.toContain('1234');
  expect(text).not.toContain('138001');
  expect(new Set(seen.map(({ eventType }) => eventType))).toEqual(
    new Set(['omnigate.message.v1.MessageReceived', 'omnigate.directory.v1.ResourceChanged']),
  );
});

test('refuses to tail what is no topic', async () => {
  const tail = open.as(['owner']).operations.tail({ topics: ['secrets'] });
  await expect(tail[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
});

test('the catalogue shows no way around row-level security', async () => {
  expect(await checkTenantIsolation(open.url, [directorySchema])).toEqual([]);
});

test('row-level security keeps tenants apart even without a where', async () => {
  await open.bus.append(logged(0, { channelId, tenantId: open.tenantId }));
  await eventually(log, ({ entries }) => entries.length > 0);
  const { schema, role } = directorySchema;
  const logger = createLogger({ service: 'test', level: 'silent' });
  const database = createDatabase({ url: open.url, schema, role, applicationName: 'test', logger });
  const count = (tenants: string[], table: string) =>
    database.transaction({ tenants }, (tx) =>
      tx.query<{ n: bigint }>({ text: `select count(*) as n from ${table}` }),
    );
  for (const table of ['resource', 'audit_entry', 'channel_log', 'kind_revision']) {
    expect((await count([newId()], table))[0]?.n).toBe(0n);
    expect((await count([open.tenantId], table))[0]?.n).not.toBe(0n);
  }
  await database.end();
});

import {
  AskResponse,
  type BotAction,
  ConversationChanged,
  ConversationOwner,
  ConversationState,
  type Media,
  Resolution,
  topics,
  Urgency,
} from '@omnigate/contracts';
import { newId } from '@omnigate/runtime';
import { type Bed, customer, openBed } from '../../testing/bed';
import type { TestTenant } from '../../testing/directory';
import { ownerOf } from '../../testing/process';
import { fileOf, followRequests, pictureOf } from '../../testing/ticket-desk';
import { queuePlaces } from '../store/queue';
import { lockTurns, takeOverTurns } from '../store/turns';
import { createTurnEffects } from './effects';
import { loadTurns } from './load';
import type { TurnJob, TurnResult } from './runner';

let bed: Bed;
beforeAll(async () => {
  bed = await openBed();
});
afterAll(() => bed.close());

type Action = NonNullable<BotAction['kind']>;

const reply = (text: string): Action => ({ $case: 'reply', value: { text, articles: [] } });
const answer = (...kinds: Action[]): AskResponse =>
  AskResponse.fromPartial({ actions: kinds.map((kind) => ({ kind })), dialogueState: 'state' });

/** The turns of a tenant, as a runner would have them. */
async function jobsOf({ tenantId }: TestTenant): Promise<TurnJob[]> {
  const rows = await bed.conversationsOf({ tenantId } as TestTenant);
  const ids = rows.map((row) => ({ tenantId, conversationId: row.id }));
  const turns = await bed.database.transaction({ tenants: [tenantId] }, (tx) => lockTurns(tx, ids));
  return loadTurns(bed.context, turns);
}

async function jobOf(tenant: TestTenant): Promise<TurnJob> {
  const [job] = await jobsOf(tenant);
  if (!job) throw new Error('no turn');
  return job;
}

/** Settles results in one batch. @returns what is to run next */
async function settle(...results: TurnResult[]): Promise<TurnJob[]> {
  const effects = createTurnEffects(bed.context);
  const started: TurnJob[] = [];
  effects.startAgain((jobs) => started.push(...jobs));
  await Promise.all(results.map((result) => effects.add(result)));
  return started;
}

const conversationOf = async (tenant: TestTenant) => {
  const [row] = await bed.conversationsOf(tenant);
  if (!row) throw new Error('no conversation');
  return row;
};
const said = async (tenant: TestTenant) => bed.said(tenant, (await conversationOf(tenant)).id);
const texts = (job: TurnJob | undefined) => job?.utterances.map(({ text }) => text);

async function asked(...messages: string[]): Promise<TestTenant> {
  const tenant = bed.addTenant();
  await bed.receive(tenant, ...messages.map((text) => ({ text })));
  return tenant;
}

describe('an answer', () => {
  test('is sent and ends the turn', async () => {
    const tenant = await asked('When will it ship?');
    expect(await settle({ job: await jobOf(tenant), response: answer(reply('Today.')) })).toEqual([]);
    expect(await said(tenant)).toEqual(['customer: When will it ship?', 'bot: Today.']);
    expect(await conversationOf(tenant)).toMatchObject({ dialogueState: 'state' });
    expect(await jobsOf(tenant)).toEqual([]);
  });

  test('where a turn may send one message, several are one', async () => {
    const tenant = await asked('hello');
    const options = [{ id: '1', label: 'One' }];
    const question: Action = { $case: 'clarify', value: { text: 'Which one?', options } };
    await settle({ job: await jobOf(tenant), response: answer(reply('Hello.'), question) });
    expect(await said(tenant)).toEqual(['customer: hello', 'bot: Hello.\nWhich one?']);
  });

  test('that is one message and asks is a menu where the channel shows menus', async () => {
    const tenant = bed.addTenant({ menu: true });
    await bed.receive(tenant, { text: 'hello' });
    const job = await jobOf(tenant);
    const options = ['One', 'Two'].map((label) => ({ id: label, label }));
    const question: Action = { $case: 'clarify', value: { text: 'Which one?', options } };
    await settle({ job, response: answer(reply('Hello.'), question) });
    const sent = await bed.contentsOf(tenant, job.conversationId);
    expect(sent.slice(1)).toMatchObject([
      { kind: { $case: 'menu', value: { body: 'Hello.\nWhich one?', options } } },
    ]);
  });

  test('that comes a second time has no effect', async () => {
    const tenant = await asked('hello');
    const job = await jobOf(tenant);
    await settle({ job, response: answer(reply('Hello.')) });
    await settle({ job, response: answer(reply('Hello again.')) });
    expect(await said(tenant)).toEqual(['customer: hello', 'bot: Hello.']);
  });

  test('whose turn was taken over has none, that of the new run has', async () => {
    const tenant = await asked('hello');
    const old = await jobOf(tenant);
    await takeOverTurns(bed.database, old.turnId, true);
    await settle({ job: old, response: answer(reply('Old.')) });
    // Of another holder, though the fence is the latest.
    await settle({ job: await jobOf(tenant), response: answer(reply('Not mine.')) });
    await takeOverTurns(bed.database, bed.context.instance, true);
    await settle({ job: await jobOf(tenant), response: answer(reply('New.')) });
    expect(await said(tenant)).toEqual(['customer: hello', 'bot: New.']);
  });

  test.each([
    { name: 'a person took over', act: 'transfer' as const },
    { name: 'the conversation was resolved', act: 'resolve' as const },
    { name: 'the customer has opted out', act: 'stop' as const },
  ])('is dropped when $name', async ({ act }) => {
    const tenant = await asked('hello');
    const job = await jobOf(tenant);
    const client = bed.conversations(ownerOf(tenant.tenantId));
    if (act === 'transfer')
      await client.transferConversation({ conversationId: job.conversationId, team: 'second' });
    if (act === 'resolve') await client.resolveConversation({ conversationId: job.conversationId });
    if (act === 'stop') await bed.receive(tenant, { text: 'STOP', consentWord: 'stop' });
    await settle({ job, response: answer(reply('Too late.')) });
    expect((await said(tenant)).join()).not.toContain('Too late.');
    expect(await jobsOf(tenant)).toEqual([]);
  });
});

describe('scenario 05: the customer writes on', () => {
  test('the turn runs once more over everything within its clock, then answers; a new turn covers the rest', async () => {
    const tenant = await asked('my order');
    const first = await jobOf(tenant);
    await bed.database.query({
      text: "update turn set clock_until = now() + interval '7 seconds' where tenant_id = $1",
      values: [tenant.tenantId],
    });
    await bed.receive(tenant, { text: 'is 4711' });
    const [second, ...none] = await settle({ job: first, response: answer(reply('Which order?')) });
    expect(none).toEqual([]);
    expect(texts(second)).toEqual(['my order', 'is 4711']);
    expect(second).toMatchObject({ turnId: first.turnId, fence: first.fence + 1 });
    expect(second?.clockMs).toBeLessThanOrEqual(7_000);

    await bed.receive(tenant, { text: 'hello?' });
    const [third] = await settle({ job: second as TurnJob, response: answer(reply('It ships today.')) });
    expect(texts(third)).toEqual(['hello?']);
    expect(third?.turnId).not.toBe(first.turnId);
    // Its own clock, full.
    expect(third?.clockMs).toBe(20_000);
    expect((await jobOf(tenant)).clockMs).toBeGreaterThan(7_000);
    await settle({ job: third as TurnJob, response: answer(reply('I am here.')) });
    expect((await said(tenant)).filter((line) => line.startsWith('bot'))).toEqual([
      'bot: It ships today.',
      'bot: I am here.',
    ]);
  });

  test('a new turn may be taken over with a new clock, as any other', async () => {
    const tenant = await asked('one');
    await takeOverTurns(bed.database, bed.context.instance, true);
    await bed.receive(tenant, { text: 'two' });
    const [again] = await settle({ job: await jobOf(tenant), response: answer(reply('1')) });
    await bed.receive(tenant, { text: 'three' });
    await settle({ job: again as TurnJob, response: answer(reply('1, 2')) });
    await bed.database.query({
      text: "update turn set clock_until = now() + interval '1 second' where tenant_id = $1",
      values: [tenant.tenantId],
    });
    const taken = await takeOverTurns(bed.database, bed.context.instance, true);
    expect(taken.find(({ tenantId }) => tenantId === tenant.tenantId)?.clockMs).toBeGreaterThan(10_000);
  });

  test('a failure is not tried again: a person gets it', async () => {
    const tenant = await asked('one');
    const job = await jobOf(tenant);
    await bed.receive(tenant, { text: 'two' });
    expect(await settle({ job, failure: 'BOT_TIMEOUT' })).toEqual([]);
    expect(await conversationOf(tenant)).toMatchObject({ owner: ConversationOwner.CONVERSATION_OWNER_QUEUE });
  });
});

describe('a handoff', () => {
  test('is one message with the place, in the bot’s words and language', async () => {
    const tenant = await asked('转人工');
    const packet = { wants: '转人工', urgency: Urgency.URGENCY_HIGH, reason: 'ASKED_FOR_PERSON' };
    const handOver: Action = {
      $case: 'handOver',
      value: { reason: 'ASKED_FOR_PERSON', notice: '好的。', language: 'zh', packet } as never,
    };
    await settle({ job: await jobOf(tenant), response: answer(handOver) });
    expect(await said(tenant)).toEqual(['customer: 转人工', 'system: 好的。您当前排在第 1 位，请稍候。']);
    expect(await conversationOf(tenant)).toMatchObject({ owner: ConversationOwner.CONVERSATION_OWNER_QUEUE });
  });

  test('of an answer that says nothing has a packet by rules', async () => {
    const tenant = await asked('hello');
    await settle({ job: await jobOf(tenant), response: answer(reply('  ')) });
    expect(await said(tenant)).toEqual([
      'customer: hello',
      'system: A colleague will help you. You are number 1 in the queue.',
    ]);
  });

  test('of several at once tells each the place in which it waits', async () => {
    const tenant = bed.addTenant();
    const numbers = [customer, '+14155550121', '+14155550122'];
    await bed.receive(tenant, ...numbers.map((from) => ({ from })));
    const jobs = (await jobsOf(tenant)).toReversed();
    await settle(...jobs.map((job) => ({ job, failure: 'BOT_BUSY' })));
    const ids = jobs.map(({ tenantId, conversationId }) => ({ tenantId, conversationId }));
    const places = await bed.database.transaction({ tenants: [tenant.tenantId] }, (tx) =>
      queuePlaces(tx, ids),
    );
    for (const { conversationId } of jobs) {
      const [, notice] = await bed.said(tenant, conversationId);
      expect(notice).toContain(`number ${places.get(conversationId)} in the queue`);
    }
    expect([...places.values()].sort()).toEqual([1, 2, 3]);
  });
});

describe('a ticket', () => {
  const create = (media: Media[] = []): Action => ({
    $case: 'createTicket',
    value: { type: 'repair', form: { room: '501' }, summary: '501', media, language: 'en' },
  });

  test('is asked for once, with what the bot says', async () => {
    const requests = await followRequests(bed);
    const tenant = await asked('my tap leaks');
    const job = await jobOf(tenant);
    await settle({ job, response: answer(reply('Noted.'), create()) });
    await settle({ job, response: answer(reply('Noted.'), create()) });
    expect(await said(tenant)).toEqual(['customer: my tap leaks', 'bot: Noted.']);
    const { id, contactId } = await conversationOf(tenant);
    expect(await requests.settled(tenant)).toMatchObject([
      {
        requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        ...{ conversationId: id, contactId, address: customer, channelName: 'shop' },
        request: { $case: 'create', value: { type: 'repair', form: { room: '501' }, summary: '501' } },
      },
    ]);
    await requests.stop();
  });

  test('alone is an answer too, and several have ids of their own', async () => {
    const requests = await followRequests(bed);
    const tenant = await asked('my tap leaks');
    await settle({ job: await jobOf(tenant), response: answer(create(), create()) });
    expect(await said(tenant)).toEqual(['customer: my tap leaks']);
    const ids = (await requests.settled(tenant)).map(({ requestId }) => requestId);
    expect(new Set(ids).size).toBe(2);
    await requests.stop();
  });

  test('has the picture as the message shows it by now', async () => {
    const requests = await followRequests(bed);
    const tenant = bed.addTenant();
    const stored = fileOf('tap.jpg', { mediaId: newId(), sizeBytes: 4_096n });
    await bed.receive(tenant, { content: pictureOf(stored) });
    const known = { ...fileOf('tap.jpg'), contentType: '' };
    await settle({ job: await jobOf(tenant), response: answer(reply('Noted.'), create([known])) });
    expect(await requests.of(tenant, 1)).toMatchObject([{ request: { value: { media: [stored] } } }]);
    await requests.stop();
  });
});

describe('solved', () => {
  const solved: Action = { $case: 'resolve', value: {} };

  test('the conversation ends after the reply, confirmed by the customer', async () => {
    const changes: ConversationChanged[] = [];
    const follower = bed.bus.follow({
      topics: [topics.conversationChanged],
      handle: (records) =>
        void changes.push(...records.map(({ value }) => ConversationChanged.decode(value))),
    });
    await follower.ready;
    const tenant = await asked('that solved it');
    await settle({ job: await jobOf(tenant), response: answer(reply('Great.'), solved) });
    expect(await said(tenant)).toEqual(['customer: that solved it', 'bot: Great.']);
    const { id, state } = await conversationOf(tenant);
    expect(state).toBe(ConversationState.CONVERSATION_STATE_RESOLVED);
    const own = () => changes.filter(({ conversationId }) => conversationId === id);
    while (own().length < 4) await new Promise(setImmediate);
    expect(own().at(-1)?.change).toMatchObject({
      $case: 'resolved',
      value: { actor: 'bot', resolution: Resolution.RESOLUTION_CONFIRMED },
    });
    expect(await jobsOf(tenant)).toEqual([]);
    await follower.stop();
  });

  test('not where the customer has written on', async () => {
    const tenant = await asked('that solved it');
    const first = await jobOf(tenant);
    await bed.receive(tenant, { text: 'wait' });
    const [second] = await settle({ job: first, response: answer(reply('Great.'), solved) });
    await bed.receive(tenant, { text: 'it leaks again' });
    const [third] = await settle({ job: second as TurnJob, response: answer(reply('Great.'), solved) });
    expect(texts(third)).toEqual(['it leaks again']);
    expect(await conversationOf(tenant)).toMatchObject({ state: ConversationState.CONVERSATION_STATE_OPEN });
  });
});

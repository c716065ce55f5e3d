import { AskResponse } from '@omnigate/contracts';
import { AppError } from '@omnigate/errors';
import { newId } from '@omnigate/runtime';
import { type Bed, openBed } from '../../testing/bed';
import type { TestTenant } from '../../testing/directory';
import type { AskBot } from './ask-bot';
import { createTurnRunner, type TurnJob, type TurnResult } from './runner';

/** Turns that the bot thinks about at once. */
const slots = 64;
const answer = AskResponse.fromPartial({ actions: [{ kind: { $case: 'reply', value: { text: 'Hi' } } }] });

let bed: Bed;
let tenant: TestTenant;
let asked: number;
let ask: (...asked: Parameters<AskBot>) => Promise<AskResponse>;
beforeAll(async () => {
  bed = await openBed({
    ask: (...question) => {
      asked += 1;
      return ask(...question);
    },
  });
  tenant = bed.addTenant();
});
beforeEach(() => {
  asked = 0;
});
afterAll(() => bed.close());

const jobOf = (o: Partial<TurnJob> = {}): TurnJob => ({
  tenantId: tenant.tenantId,
  conversationId: newId(),
  channelId: tenant.channel.id,
  contactId: newId(),
  address: '+14155550101',
  turnId: newId(),
  fence: 1,
  fromSeq: 1,
  coversSeq: 1,
  clockMs: 20_000,
  utterances: [],
  dialogueState: '',
  ...o,
});

/** Runs jobs until each has a result. */
async function run(jobs: readonly TurnJob[]): Promise<TurnResult[]> {
  const results: TurnResult[] = [];
  const { promise: all, resolve } = Promise.withResolvers<void>();
  const runner = createTurnRunner(bed.context, async (result) => {
    results.push(result);
    if (results.length === jobs.length) resolve();
  });
  runner.start(jobs);
  await all;
  await runner.stop();
  return results;
}

const outcomes = (results: readonly TurnResult[]): string[] => [
  ...new Set(results.map((result) => ('failure' in result ? result.failure : 'answered'))),
];

test('waiting for a bot that is busy is part of the clock: a person gets it in time', async () => {
  ask = () => new Promise(() => undefined);
  const jobs = Array.from({ length: slots + 10 }, (_, index) =>
    jobOf({ clockMs: index < slots ? 200 : 100 }),
  );
  const results = await run(jobs);
  expect(outcomes(results)).toEqual(['BOT_TIMEOUT']);
  // When slots were free, the time of the others had passed: they did not occupy them anew.
  expect(asked).toBe(slots);
});

test('a turn whose clock has run out before it begins is not asked about', async () => {
  ask = async () => answer;
  expect(outcomes(await run([jobOf({ clockMs: -1 })]))).toEqual(['BOT_TIMEOUT']);
  expect(asked).toBe(0);
});

test.each(['UNAVAILABLE', 'DATABASE_UNAVAILABLE', 'BUS_UNAVAILABLE'] as const)(
  'a bot that is away, or lacks what it needs, for a moment is asked again: %s',
  async (code) => {
    ask = () => (asked < 3 ? Promise.reject(new AppError(code)) : Promise.resolve(answer));
    expect(outcomes(await run([jobOf()]))).toEqual(['answered']);
    expect(asked).toBe(3);
  },
);

test('a bot that refuses is not asked again', async () => {
  ask = () => Promise.reject(new AppError('BOT_BUSY'));
  expect(outcomes(await run([jobOf()]))).toEqual(['BOT_BUSY']);
  expect(asked).toBe(1);
});

test('the bot is told who asks', async () => {
  const requests: Parameters<AskBot>[0][] = [];
  ask = async (request) => {
    requests.push(request);
    return answer;
  };
  const job = jobOf();
  await run([job]);
  const { contactId, address } = job;
  expect(requests[0]?.customer).toMatchObject({
    ...{ contactId, address, channelType: 'sms-test', addressNamespace: 'phone', externalId: '' },
  });
});

test('one tenant can not have all the room', () => {
  const runner = createTurnRunner(bed.context, async () => undefined);
  const flood = Array.from({ length: 2_500 }, () => jobOf());
  const other = jobOf({ tenantId: bed.addTenant().tenantId });
  const taken = runner.room([...flood, other]);
  expect(taken.size).toBe(1_501);
  expect(taken.has(other)).toBe(true);
});

test('no more are thought about at once than the bot has room for, fairly among tenants', async () => {
  const started: string[] = [];
  let now = 0;
  let most = 0;
  const two = bed.addTenant();
  const jobs = [
    ...Array.from({ length: slots * 2 }, () => jobOf()),
    jobOf({ tenantId: two.tenantId, channelId: two.channel.id }),
  ];
  ask = async () => {
    now += 1;
    most = Math.max(most, now);
    await new Promise((resolve) => setTimeout(resolve, 5));
    now -= 1;
    return answer;
  };
  for (const result of await run(jobs)) started.push(result.job.tenantId);
  expect(most).toBe(slots);
  // The second tenant's only turn is among the first that are done.
  expect(started.indexOf(two.tenantId)).toBeLessThan(slots);
});

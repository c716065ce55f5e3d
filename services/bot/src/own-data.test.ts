import { AskRequest } from '@omnigate/contracts';
import { AppError, type ErrorCode } from '@omnigate/errors';
import { createLogger } from '@omnigate/runtime';
import type { BotResult } from './domain/bot-result';
import { DEFAULT_BOT_SETTINGS } from './domain/bot-settings';
import { createOwnData } from './own-data';

const logger = createLogger({ service: 'test', level: 'silent' });
const thresholds = DEFAULT_BOT_SETTINGS.thresholds;
const result: BotResult = {
  actions: [{ kind: 'reply', text: 'In general.', articleId: '', articleName: 'a', articleNames: ['a'] }],
  evidence: { language: 'en', rules: [], questions: [], thresholds, decision: 'reply' },
  dialogueState: '',
};
const customer = { address: '+8613800000001', addressNamespace: 'phone' };

type LookUp = Parameters<typeof createOwnData>[0]['integration']['lookUp'];

/** A bot's look-ups before an integration that answers as told. */
function openOwnData(answer: () => Promise<{ items: Record<string, unknown>[] }>) {
  const calls: Parameters<LookUp>[] = [];
  const lookUp = (...call: Parameters<LookUp>) => {
    calls.push(call);
    return answer();
  };
  const { complete } = createOwnData({ integration: { lookUp } as { lookUp: LookUp }, logger });
  const ask = async (text: string, o: Partial<AskRequest> = {}, deadline?: Date) => {
    const utterances = [{ text: 'earlier' }, { text }];
    const request = AskRequest.fromPartial({ utterances, maxCharacters: 500, customer, ...o });
    const completed = await complete(result, request, { tenantId: 't', ...(deadline && { deadline }) });
    return (completed.actions[0] as { text: string }).text;
  };
  return { calls, ask };
}
const found = async () => ({ items: [{ order_no: 'A20260001', status: 'on its way' }] });
const failing = (code: ErrorCode) => () => Promise.reject(new AppError(code));

test('a question about the customer’s own things is answered from the business’s own system', async () => {
  const { calls, ask } = openOwnData(found);
  expect(await ask('where is my order?')).toMatch(/^Order A20260001: on its way/);
  expect(calls).toMatchObject([
    [
      { lookup: 'orders', parameters: {}, customer },
      { tenantId: 't', deadlineMs: 2_000, traceparent: undefined },
    ],
  ]);
});

test('no other question makes a call, nor one of nobody', async () => {
  const { calls, ask } = openOwnData(found);
  expect(await ask('hello')).toBe('In general.');
  expect(await ask('how do I track my order')).toBe('In general.');
  expect(await ask('where is my order?', { customer: undefined })).toBe('In general.');
  // Answered before; only what is open counts.
  expect(await ask('thanks', { utterances: [], openCount: 1 })).toBe('In general.');
  expect(calls).toMatchObject([]);
});

test('an order number that the customer wrote goes along', async () => {
  const { calls, ask } = openOwnData(found);
  await ask('order number A20260001');
  expect(calls[0]?.[0]).toMatchObject({ parameters: { order_no: 'A20260001' } });
});

test('who is unknown hears what knowledge says', async () => {
  expect(await openOwnData(async () => ({ items: [] })).ask('where is my order?')).toBe('In general.');
  expect(await openOwnData(failing('INVALID_ARGUMENT')).ask('where is my order?')).toBe('In general.');
});

test.each(['UNAVAILABLE', 'DEADLINE_EXCEEDED', 'INTERNAL'] as const)(
  'a system that is away (%s) is said to be so',
  async (code) => {
    const { ask } = openOwnData(failing(code));
    expect(await ask('where is my order?')).toBe(
      'I can not look up your own details just now. In general:\nIn general.',
    );
  },
);

test('that nothing is declared is remembered for a while', async () => {
  const { calls, ask } = openOwnData(failing('NOT_FOUND'));
  expect([await ask('where is my order?'), await ask('where is my order?')]).toEqual([
    'In general.',
    'In general.',
  ]);
  expect(calls).toHaveLength(1);
  await ask('how much do I owe');
  expect(calls).toHaveLength(2);
});

test('the wait is no longer than the caller’s, and nobody is asked where nothing is left of it', async () => {
  const { calls, ask } = openOwnData(found);
  await ask('where is my order?', {}, new Date(Date.now() + 1_500));
  expect(calls[0]?.[1]?.deadlineMs).toBeLessThanOrEqual(1_000);
  expect(await ask('where is my order?', {}, new Date(Date.now() + 400))).toBe('In general.');
  expect(calls).toHaveLength(1);
});

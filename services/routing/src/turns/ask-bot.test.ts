import type { AskManyResponse, AskResponse, BotServiceService } from '@omnigate/contracts';
import { AppError } from '@omnigate/errors';
import { type Client, toStatusMessage } from '@omnigate/rpc';
import { createAskBot } from './ask-bot';

type Bot = Client<typeof BotServiceService>;
type Question = Parameters<Bot['ask']>[0];

const textOf = ({ utterances = [] }: Question): string => utterances.map(({ text }) => text).join();
const question = (text: string): Question => ({ utterances: [{ text }] });
const answer = (text: string): AskResponse => ({
  actions: [{ kind: { $case: 'reply', value: { text, articles: [] } } }],
  dialogueState: '',
  evidence: undefined,
});
const said = (response: AskResponse): string | undefined =>
  response.actions[0]?.kind?.$case === 'reply' ? response.actions[0].kind.value.text : undefined;
const response = (index: number, text: string): AskManyResponse => ({
  results: [{ index, outcome: { $case: 'response', value: answer(text) } }],
});

/** A bot that notes its calls, and answers several questions as `many` says, else each by its own text. */
function openBot(many?: (texts: string[]) => AsyncGenerator<AskManyResponse>) {
  const calls: { texts: string[]; tenantId: string | undefined; deadlineMs: number | undefined }[] = [];
  const echo = async function* (texts: string[]) {
    for (const [index, text] of texts.entries()) yield response(index, `re: ${text}`);
  };
  const bot: Bot = {
    async ask(request, { tenantId, deadlineMs } = {}) {
      calls.push({ texts: [textOf(request)], tenantId, deadlineMs });
      return answer(`re: ${textOf(request)}`);
    },
    askMany({ requests = [] }, { tenantId, deadlineMs } = {}) {
      const texts = requests.map(textOf);
      calls.push({ texts, tenantId, deadlineMs });
      return (many ?? echo)(texts);
    },
  };
  const askBot = createAskBot(bot);
  const ask = async (
    text: string,
    o: { tenantId?: string; deadlineMs?: number; traceparent?: string } = {},
  ) => said(await askBot(question(text), { tenantId: 'a', deadlineMs: 1_000, ...o }));
  const outcome = (text: string) => ask(text).catch((error: AppError) => error.code);
  return { calls, ask, outcome };
}

test('what is asked at the same time goes in one call, each with its own answer, whichever comes first', async () => {
  const { calls, ask } = openBot(async function* (texts) {
    for (const index of [1, 0, 2]) yield response(index, `re: ${texts[index]}`);
  });
  expect(await Promise.all(['one', 'two', 'three'].map((text) => ask(text)))).toEqual([
    're: one',
    're: two',
    're: three',
  ]);
  expect(calls.map(({ texts }) => texts)).toEqual([['one', 'two', 'three']]);
});

test('an answer is there before the others are', async () => {
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const { ask } = openBot(async function* () {
    yield response(1, 'quick');
    await released;
    yield response(0, 'slow');
  });
  const slow = ask('slow');
  expect(await ask('quick')).toBe('quick');
  release();
  expect(await slow).toBe('slow');
});

test('one tenant’s questions are never in a call of another’s', async () => {
  const { calls, ask } = openBot();
  await Promise.all([ask('one'), ask('two', { tenantId: 'b' }), ask('three')]);
  expect(calls.map(({ texts, tenantId }) => [tenantId, ...texts])).toEqual([
    ['a', 'one', 'three'],
    ['b', 'two'],
  ]);
});

test('a call waits as long as the most patient of its questions', async () => {
  const { calls, ask } = openBot();
  await Promise.all([ask('one', { deadlineMs: 500 }), ask('two', { deadlineMs: 900 })]);
  expect(calls.map(({ deadlineMs }) => deadlineMs)).toEqual([900]);
});

test('what belongs to a trace that is kept has a call of its own', async () => {
  const { calls, ask } = openBot();
  const trace = (flags: string) => ({ traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-${flags}` });
  await Promise.all([ask('one'), ask('kept', trace('01')), ask('two', trace('00'))]);
  expect(calls.map(({ texts }) => texts)).toEqual([['kept'], ['one', 'two']]);
});

test('a call has at most 32 questions, and no more text than a server takes', async () => {
  const { calls, ask } = openBot();
  await Promise.all(Array.from({ length: 40 }, (_, index) => ask(String(index))));
  expect(calls.map(({ texts }) => texts.length)).toEqual([32, 8]);
  calls.length = 0;
  const long = 'x'.repeat(300_000);
  await Promise.all([ask(long), ask(long), ask('short')]);
  expect(calls.map(({ texts }) => texts.length)).toEqual([1, 2]);
});

test('an error of one is not the others’', async () => {
  const { outcome } = openBot(async function* () {
    const value = toStatusMessage(new AppError('BOT_BUSY'));
    yield { results: [{ index: 0, outcome: { $case: 'error', value } }] };
    yield response(1, 'fine');
  });
  expect(await Promise.all([outcome('one'), outcome('two')])).toEqual(['BOT_BUSY', 'fine']);
});

test.each([
  [new AppError('DATABASE_UNAVAILABLE'), 'DATABASE_UNAVAILABLE'],
  [undefined, 'UNAVAILABLE'],
])('a call that ends early, by %s, fails those without an answer alone', async (error, code) => {
  const { outcome } = openBot(async function* () {
    yield response(0, 'fine');
    if (error) throw error;
  });
  expect(await Promise.all([outcome('one'), outcome('two')])).toEqual(['fine', code]);
});

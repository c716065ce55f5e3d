import type { AskManyResponse, AskResponse } from '@omnigate/contracts';
import { AppError } from '@omnigate/errors';
import { fromStatusMessage } from '@omnigate/rpc';
import { answerMany } from './answer-many';

const answer = (dialogueState: string): AskResponse => ({ actions: [], dialogueState, evidence: undefined });

/** What came of each, in the order in which it came: its place, and its answer or the code of its error. */
const outcomes = ({ results }: AskManyResponse): unknown[][] =>
  results.map(({ index, outcome }) => [
    index,
    outcome?.$case === 'response'
      ? outcome.value.dialogueState
      : fromStatusMessage(outcome?.value as never).code,
  ]);

async function allOf(responses: AsyncIterable<AskManyResponse>): Promise<unknown[][]> {
  const all: unknown[][] = [];
  for await (const each of responses) all.push(...outcomes(each));
  return all;
}

test('answers come as they are there, whatever becomes of the others', async () => {
  const gates = new Map(['slow', 'quick'].map((name) => [name, Promise.withResolvers<AskResponse>()]));
  const responses = answerMany(['slow', 'quick', 'bad'], async (name) => {
    if (name === 'bad') throw new AppError('BOT_BUSY');
    return gates.get(name)?.promise as Promise<AskResponse>;
  });
  expect(outcomes((await responses.next()).value as AskManyResponse)).toEqual([[2, 'BOT_BUSY']]);
  gates.get('quick')?.resolve(answer('quick'));
  expect(outcomes((await responses.next()).value as AskManyResponse)).toEqual([[1, 'quick']]);
  gates.get('slow')?.resolve(answer('slow'));
  expect(await allOf(responses)).toEqual([[0, 'slow']]);
});

test('what is there at the same time comes together', async () => {
  const responses = answerMany(['one', 'two', 'three'], async (name) => answer(name));
  const first = (await responses.next()).value as AskManyResponse;
  expect([...outcomes(first), ...(await allOf(responses))]).toEqual([
    [0, 'one'],
    [1, 'two'],
    [2, 'three'],
  ]);
  expect(first.results).toHaveLength(3);
});

test('what goes wrong inside is not told', async () => {
  const responses = answerMany(['one'], () => Promise.reject(new Error('secret')));
  const { results } = (await responses.next()).value as AskManyResponse;
  expect(JSON.stringify(results)).not.toContain('secret');
});

test('of nothing there is no answer', async () => {
  expect(await allOf(answerMany([], async () => answer('')))).toEqual([]);
});

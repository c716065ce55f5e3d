import type { AskResult, BotServiceService } from '@omnigate/contracts';
import { AppError } from '@omnigate/errors';
import { createInProcessClient, type RpcService } from '@omnigate/rpc';
import type { BotContext } from '../context';
import type { BotResult } from '../domain/bot-result';
import type { TurnInput } from '../domain/turn-input';
import { createBotService } from './bot-service';

/** Repeats what the customer wrote; of "busy" it has no time to think. */
async function think(tenantId: string, { messages }: TurnInput): Promise<BotResult> {
  const text = messages.at(-1)?.text ?? '';
  if (text === 'busy') throw new AppError('BOT_BUSY');
  return { actions: [], dialogueState: `${tenantId}: ${text}` } as unknown as BotResult;
}

const service = createBotService({
  knowledge: { ready: async () => undefined },
  thinker: { think },
  ownData: { complete: async (thought: BotResult) => thought },
  clock: () => new Date(),
} as unknown as BotContext);
const bot = createInProcessClient(service as RpcService<typeof BotServiceService>);

const asked = (texts: string[]) => ({ requests: texts.map((text) => ({ utterances: [{ text }] })) });

test('several questions are thought about, each by itself, for the tenant of the call', async () => {
  const results: AskResult[] = [];
  for await (const part of bot.askMany(asked(['one', 'busy', 'two']), { tenantId: 'a' }))
    results.push(...part.results);
  const told = results.map(({ index, outcome }) => [
    index,
    outcome?.$case === 'response' ? outcome.value.dialogueState : outcome?.$case,
  ]);
  expect(told.toSorted()).toEqual([
    [0, 'a: one'],
    [1, 'error'],
    [2, 'a: two'],
  ]);
});

test('more than a hundred are refused', async () => {
  const many = Array.from({ length: 101 }, () => 'one');
  const all = (async () => {
    for await (const _ of bot.askMany(asked(many), { tenantId: 'a' }));
  })();
  await expect(all).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', fields: [{ field: 'requests' }] });
});

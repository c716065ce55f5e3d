import type { AskResponse, AskResult, BotServiceService } from '@omnigate/contracts';
import { AppError } from '@omnigate/errors';
import { type CallOptions, type Client, fromStatusMessage } from '@omnigate/rpc';
import { isSampled } from '@omnigate/runtime';

type Bot = Client<typeof BotServiceService>;
type Question = Parameters<Bot['ask']>[0];

/**
 * Asks the bot about one turn.
 * @throws AppError as the bot says, or UNAVAILABLE
 */
export type AskBot = (
  question: Question,
  options: Pick<CallOptions, 'traceparent'> & { tenantId: string; deadlineMs: number },
) => Promise<AskResponse>;

interface Asked {
  question: Question;
  options: Parameters<AskBot>[1];
  resolve(response: AskResponse): void;
  reject(error: unknown): void;
}

/** Of one call. A server takes 4 MiB, and a character has at most three bytes. */
const most = { questions: 32, characters: 500_000 };

/**
 * Makes the way to the bot. What is asked in one turn of the event loop, as by a batch of messages, goes in one call for
 * each tenant: a call costs as much CPU as a message does in routing.
 *
 * @param bot the bot's service.
 * @returns the way; what belongs to a trace that is kept goes by a call of its own, which is a span of it.
 */
export function createAskBot(bot: Bot): AskBot {
  let waiting: Asked[] = [];

  function askAll(): void {
    const byTenant = Map.groupBy(waiting, ({ options }) => options.tenantId);
    waiting = [];
    for (const asked of byTenant.values()) for (const part of partsOf(asked)) void askPart(bot, part);
  }

  return (question, options) => {
    if (isSampled(options.traceparent)) return bot.ask(question, options);
    return new Promise((resolve, reject) => {
      if (waiting.length === 0) setImmediate(askAll);
      waiting.push({ question, options, resolve, reject });
    });
  };
}

function partsOf(asked: readonly Asked[]): Asked[][] {
  const parts: Asked[][] = [];
  let characters = Number.POSITIVE_INFINITY;
  for (const each of asked) {
    const length = lengthOf(each.question);
    if (characters + length > most.characters || parts.at(-1)?.length === most.questions) {
      parts.push([]);
      characters = 0;
    }
    parts.at(-1)?.push(each);
    characters += length;
  }
  return parts;
}

const lengthOf = ({ utterances = [], dialogueState = '' }: Question): number =>
  utterances.reduce((sum, { text = '' }) => sum + text.length, dialogueState.length);

async function askPart(bot: Bot, part: readonly Asked[]): Promise<void> {
  const [first] = part;
  if (part.length === 1 && first)
    return bot.ask(first.question, first.options).then(first.resolve, first.reject);
  const open = new Map(part.entries());
  try {
    const requests = part.map(({ question }) => question);
    const deadlineMs = Math.max(...part.map(({ options }) => options.deadlineMs));
    const call = { tenantId: first?.options.tenantId ?? '', deadlineMs };
    for await (const { results } of bot.askMany({ requests }, call)) {
      for (const { index, outcome } of results) {
        settle(open.get(index), outcome);
        open.delete(index);
      }
    }
    throw new AppError('UNAVAILABLE', { reason: 'the bot left questions without an answer' });
  } catch (error) {
    for (const { reject } of open.values()) reject(error);
  }
}

function settle(asked: Asked | undefined, outcome: AskResult['outcome']): void {
  if (outcome?.$case === 'response') asked?.resolve(outcome.value);
  else asked?.reject(outcome ? fromStatusMessage(outcome.value) : new AppError('INTERNAL'));
}

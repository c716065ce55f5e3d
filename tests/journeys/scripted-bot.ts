import { answerMany } from '@omnigate/bot';
import { AskResponse, type BotAction, type BotServiceService } from '@omnigate/contracts';
import type { Client } from '@omnigate/rpc';

type Ask = Client<BotServiceService>['ask'];

/** A bot that does what a test says. */
export interface ScriptedBot {
  client: Client<BotServiceService>;
  /** Texts of each call, in order. */
  calls: string[][];
  /** How it answers from now on. */
  answer(how: (texts: string[], call: number) => Promise<AskResponse>): void;
  /** From now on calls wait until they are released with an answer, in order. */
  hold(): { release(response: AskResponse): void; waiting(): number };
}

/**
 * An answer of one reply.
 *
 * @param text what it says.
 * @returns the response.
 */
export function reply(text: string): AskResponse {
  return answerOf({ kind: { $case: 'reply', value: { text, articles: [] } } });
}

/**
 * An answer of these actions.
 *
 * @param actions what is to be done.
 * @returns the response.
 */
export function answerOf(...actions: BotAction[]): AskResponse {
  return AskResponse.fromPartial({ actions, dialogueState: '' });
}

/**
 * Makes a bot that echoes the last text until told otherwise.
 *
 * @returns the bot.
 */
export function createScriptedBot(): ScriptedBot {
  const calls: string[][] = [];
  let how = async (texts: string[], _call: number): Promise<AskResponse> =>
    reply(`re: ${texts.at(-1) ?? ''}`);
  const ask: Ask = (request) => {
    const texts = (request.utterances ?? []).map((utterance) => utterance.text ?? '');
    calls.push(texts);
    return how(texts, calls.length);
  };
  return {
    calls,
    client: { ask, askMany: ({ requests = [] }) => answerMany(requests, ask) },
    answer: (next) => {
      how = next;
    },
    hold() {
      const held: ((response: AskResponse) => void)[] = [];
      how = () => new Promise((resolve) => held.push(resolve));
      return {
        waiting: () => held.length,
        release: (response) => held.shift()?.(response),
      };
    },
  };
}

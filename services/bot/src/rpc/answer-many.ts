import { setTimeout as sleep } from 'node:timers/promises';
import type { AskManyResponse, AskResponse, AskResult } from '@omnigate/contracts';
import { toStatusMessage } from '@omnigate/rpc';

/** Answers travel no closer than this, in ms, but for the first: each message of a stream costs as much as many answers. */
const apartMs = 10;

/**
 * Thinks about requests at the same time, each by itself.
 *
 * @param requests in any number.
 * @param ask thinks about one.
 * @returns what came of them, as it comes, those together that are there at the same time; it never throws
 */
export async function* answerMany<Request>(
  requests: readonly Request[],
  ask: (request: Request) => Promise<AskResponse>,
): AsyncGenerator<AskManyResponse, void, undefined> {
  const there: AskResult[] = [];
  let came = Promise.withResolvers<void>();
  for (const [index, request] of requests.entries())
    void outcomeOf(request, ask).then((outcome) => {
      there.push({ index, outcome });
      came.resolve();
    });
  for (let left = requests.length; left > 0; ) {
    await came.promise;
    came = Promise.withResolvers();
    const results = there.splice(0);
    left -= results.length;
    yield { results };
    if (left > 0) await sleep(apartMs);
  }
}

async function outcomeOf<Request>(
  request: Request,
  ask: (request: Request) => Promise<AskResponse>,
): Promise<AskResult['outcome']> {
  try {
    return { $case: 'response', value: await ask(request) };
  } catch (error) {
    return { $case: 'error', value: toStatusMessage(error) };
  }
}

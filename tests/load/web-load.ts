import type { ChildProcess } from 'node:child_process';
import { answerOf, startChild } from './children';
import type { Answer, Load } from './load';
import type { GeneratorResult } from './open-loop';
import { questions } from './questions';
import type { Stage } from './stage';
import type { WebRequest } from './web-generator';

/** Pages that are open at once. */
const visitors = 500;

/**
 * Visitors of web chat with an open page each.
 *
 * @param stage the stage.
 * @param channel the channel's name.
 * @returns the load, its channel applied; close it.
 */
export async function webLoad(stage: Stage, channel: string): Promise<Load> {
  const { id } = await stage.openChannel(channel, { type: 'web', max_per_second: 10_000, config: {} });
  const chatUrl = `${stage.omnigate.httpUrl}/chat/${id}`;
  let child: ChildProcess | undefined;
  const ask = <T>(request: WebRequest): Promise<T> => {
    if (!child) throw new Error('begin first');
    return answerOf<T>(child, request);
  };

  return {
    kind: 'web',
    channel,
    customers: visitors,
    customerOf: (_run, index) => String(index % visitors),
    async begin() {
      child?.disconnect();
      child = startChild('web-generator');
      await ask({ kind: 'open', chatUrl, visitors });
    },
    send: ({ ratePerSecond, total }) =>
      ask<GeneratorResult>({ kind: 'say', texts: questions, ratePerSecond, total }),
    answers: () => ask<Answer[]>({ kind: 'answers' }),
    close: () => child?.disconnect(),
  };
}

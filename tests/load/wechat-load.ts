import { officialAccount } from '../journeys/wechat-shop';
import { answerOf, startChild } from './children';
import type { Answer, Load, LoadRun } from './load';
import type { GeneratorResult } from './open-loop';
import { questions } from './questions';
import type { Stage } from './stage';
import type { StartedWechat, WechatJob } from './wechat-generator';

const customers = 10_000;

/** Of 28 characters, as WeChat's. */
const openIdOf = ({ prefix }: LoadRun, index: number): string =>
  `o${prefix}-${String(index % customers).padStart(26 - prefix.length, '0')}`;

/** What the simulator tells of everything that was said: open id, text, time, way. */
type Said = readonly [string, string, number, string];

/** Customers who are told to wait have no answer yet. */
const isHoldingText = (text: string): boolean => text.startsWith('正在为您查询');

/**
 * Texts to an Official Account in AES mode; answered on the connection that is held, or by a customer-service message.
 *
 * @param stage the stage.
 * @param channel the channel's name.
 * @returns the load, its channel applied; close it.
 */
export async function wechatLoad(stage: Stage, channel: string): Promise<Load> {
  const child = startChild('wechat-generator');
  const wechat = await answerOf<StartedWechat>(child);
  const { url } = wechat;
  const { url: webhookUrl } = await stage.openChannel(channel, officialAccount(wechat));
  let seen = 0;

  async function answers(): Promise<Answer[]> {
    const response = await fetch(`${url}/simulator/stats?since=${seen}`);
    const { messages, records } = (await response.json()) as { messages: number; records: Said[] };
    seen = messages;
    return records.filter(([, text]) => !isHoldingText(text)).map(([to, , atMs]) => ({ to, atMs }));
  }

  return {
    kind: 'wechat',
    channel,
    customers,
    customerOf: openIdOf,
    async begin(run) {
      await answers();
      const { ratePerSecond, total } = run;
      const openIds = Array.from({ length: customers }, (_, index) => openIdOf(run, index));
      const job: WechatJob = { webhookUrl, openIds, texts: questions, ratePerSecond, total };
      await answerOf<'ready'>(child, job);
    },
    send: () => answerOf<GeneratorResult>(child, 'send'),
    answers,
    close: () => child.disconnect(),
  };
}

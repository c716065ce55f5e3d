import type { Load, Mix } from './load';
import type { Shares, Way } from './options';
import { smsLoad } from './sms-load';
import type { Stage } from './stage';
import { webLoad } from './web-load';
import { wechatLoad } from './wechat-load';

const openers: Readonly<Record<Way, (stage: Stage, channel: string) => Promise<Load>>> = {
  wechat: wechatLoad,
  sms: async (stage, channel) =>
    smsLoad(stage, channel, await stage.openChannels(channel, { firstResponder: 'bot' })),
  web: webLoad,
};

/**
 * Opens a channel for each way of writing, all in the first tenant and answered by the bot.
 *
 * @param stage the stage.
 * @param name begins the channels' names.
 * @param shares percent of the messages by way.
 * @returns the loads; close each.
 */
export async function openMix(stage: Stage, name: string, shares: Shares): Promise<Mix> {
  const mix: Mix[number][] = [];
  for (const [way, percent] of Object.entries(shares) as [Way, number][])
    mix.push({ load: await openers[way](stage, `${name}-${way}`), share: percent / 100 });
  return mix;
}

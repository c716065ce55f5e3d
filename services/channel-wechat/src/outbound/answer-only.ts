import type { ResolvedChannel } from '@omnigate/contracts';
import { wechatConfigOf } from '../wechat-config';

/** Accounts without the customer-service interface: they may answer, and never begin. */
export interface AnswerOnly {
  has(channel: ResolvedChannel): boolean;
  /** WeChat has just said so (48001). */
  note(channel: ResolvedChannel): void;
  /** The channel was changed, or its account may have been given more. */
  forget(channelId: string): void;
}

const rememberedMs = 3_600_000;

/**
 * Makes the knowledge of one process: what the configuration says, and what WeChat said within the last hour.
 * @param now Unix time in ms
 */
export function createAnswerOnly(now: () => number): AnswerOnly {
  const noted = new Map<string, number>();
  return {
    has(channel) {
      const untilMs = noted.get(channel.id) ?? 0;
      if (untilMs > 0 && untilMs <= now()) noted.delete(channel.id);
      return untilMs > now() || !wechatConfigOf(channel).customer_service;
    },
    note: (channel) => {
      noted.set(channel.id, now() + rememberedMs);
    },
    forget: (channelId) => {
      noted.delete(channelId);
    },
  };
}

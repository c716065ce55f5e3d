import type { Content, ReplyRule, ResolvedChannel } from '@omnigate/contracts';

/** What a provider lets a business send to an address since something that the customer did. */
export interface ReplyWindow {
  tenantId: string;
  channelId: string;
  address: string;
  /** Of the rule that opened it, such as `message`. */
  after: string;
  /** By the database's clock, when it was read. */
  open: boolean;
  closesAt: Date;
  /** 0: no limit. */
  maxMessages: number;
  /** Messages spent and reserved. */
  used: number;
}

/** Why nothing more may be sent to an address now. */
export type ReplyRefusal = 'WINDOW_CLOSED' | 'REPLY_LIMIT_REACHED';

/**
 * The rules of a channel, as its type's manifest gives them.
 *
 * @param channel the channel; undefined when it was deleted.
 * @returns the rules; none where a business may write at any time.
 */
export const replyRulesOf = (channel: ResolvedChannel | undefined): readonly ReplyRule[] =>
  channel?.channelType?.replyRules ?? [];

/**
 * The rule by which what came from a customer opens a window.
 *
 * @param rules the channel's.
 * @param content what came.
 * @returns the rule; undefined when it opens none.
 */
export function ruleFor(rules: readonly ReplyRule[], content: Content | undefined): ReplyRule | undefined {
  const kind = content?.kind;
  const named = (after: string) => rules.find((rule) => rule.after === after);
  if (kind?.$case === 'event') return named(kind.value.name);
  // Some providers count a choice less than words.
  return (kind?.$case === 'menuChoice' ? named('menu-choice') : undefined) ?? named('message');
}

const room = ({ open, maxMessages, used }: ReplyWindow): number => {
  if (!open) return 0;
  return maxMessages === 0 ? Number.POSITIVE_INFINITY : Math.max(0, maxMessages - used);
};

/**
 * Chooses the window that a message goes by: what has no limit is not used up, and what stays open longer gives a
 * delayed send the better chance.
 *
 * @param windows those of the address.
 * @returns the window, or why there is none.
 */
export function chooseWindow(windows: readonly ReplyWindow[]): ReplyWindow | ReplyRefusal {
  const [best] = windows
    .filter((window) => room(window) > 0)
    .sort(
      (a, b) =>
        Number(a.maxMessages > 0) - Number(b.maxMessages > 0) || b.closesAt.getTime() - a.closesAt.getTime(),
    );
  return best ?? refusalOf(windows);
}

const refusalOf = (windows: readonly ReplyWindow[]): ReplyRefusal =>
  windows.some((window) => window.open) ? 'REPLY_LIMIT_REACHED' : 'WINDOW_CLOSED';

/**
 * Says whether so many messages may be sent to an address.
 *
 * @param windows those of the address.
 * @param count messages.
 * @returns why not; undefined when they may.
 */
export function refusalFor(windows: readonly ReplyWindow[], count: number): ReplyRefusal | undefined {
  const all = windows.reduce((sum, window) => sum + room(window), 0);
  return all >= count ? undefined : refusalOf(windows);
}

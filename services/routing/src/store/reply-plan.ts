import type { Content, ResolvedChannel } from '@omnigate/contracts';
import type { Queryable } from '@omnigate/database';
import {
  chooseWindow,
  type ReplyRefusal,
  type ReplyWindow,
  refusalFor,
  replyRulesOf,
  ruleFor,
} from '../domain/reply-window';
import {
  closeWindows,
  lockWindows,
  openWindows,
  type ReplyAddress,
  type ReplyReservation,
  replyAddressName,
  reserveReplies,
  type WindowOpening,
} from './reply-windows';

/** An address on a channel; without reply rules anything may be sent to it. */
export interface ReplyTarget {
  address: ReplyAddress;
  channel: ResolvedChannel;
}

/** What one transaction opens, looks at and takes of the ledger of replies. */
export interface ReplyPlan {
  /** Something came from a customer, which may open a window, or close all. */
  came(target: ReplyTarget, content: Content | undefined, occurredAt: Date): void;
  /** Opens the windows of what came, and locks those of addresses that may be sent to. */
  hold(targets: readonly ReplyTarget[]): Promise<void>;
  /** Why so many messages may not be sent to a held address; undefined when they may. */
  refusal(target: ReplyTarget, count: number): ReplyRefusal | undefined;
  /**
   * Reserves what a message needs.
   * @returns when the window closes, why there is none, or undefined where none is needed
   */
  take(target: ReplyTarget, messageId: string): Date | ReplyRefusal | undefined;
  /** Writes what was taken. */
  write(): Promise<void>;
}

/**
 * Begins a plan.
 *
 * @param tx the transaction.
 * @returns nothing looked at yet.
 */
export function beginReplyPlan(tx: Queryable): ReplyPlan {
  const openings: WindowOpening[] = [];
  const closings: WindowOpening[] = [];
  const held = new Map<string, ReplyWindow[]>();
  const reservations: ReplyReservation[] = [];
  // Nothing goes to an address that nobody has held: it would go past the ledger.
  const windowsOf = ({ address }: ReplyTarget): ReplyWindow[] => held.get(replyAddressName(address)) ?? [];

  return {
    came({ address, channel }, content, occurredAt) {
      const rule = ruleFor(replyRulesOf(channel), content);
      const { tenantId, channelId, address: value } = address;
      if (!rule) return;
      const list = rule.windowSeconds > 0 ? openings : closings;
      list.push({ tenantId, channelId, address: value, ...rule, occurredAt });
    },
    async hold(targets) {
      await openWindows(tx, openings.splice(0));
      await closeWindows(tx, closings.splice(0));
      const missing = targets
        .filter(({ channel }) => replyRulesOf(channel).length > 0)
        .map(({ address }) => address)
        .filter((address) => !held.has(replyAddressName(address)));
      for (const [name, windows] of await lockWindows(tx, missing)) held.set(name, windows);
    },
    refusal: (target, count) =>
      replyRulesOf(target.channel).length === 0 ? undefined : refusalFor(windowsOf(target), count),
    take(target, messageId) {
      if (replyRulesOf(target.channel).length === 0) return undefined;
      const window = chooseWindow(windowsOf(target));
      if (typeof window === 'string') return window;
      window.used += 1;
      const { tenantId, channelId, address, after } = window;
      reservations.push({ tenantId, channelId, address, after, messageId });
      return window.closesAt;
    },
    write: () => reserveReplies(tx, reservations.splice(0)),
  };
}

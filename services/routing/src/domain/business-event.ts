import type { ResolvedChannel } from '@omnigate/contracts';
import { type ReplyWindow, refusalFor } from './reply-window';

/** An address by which a customer of an event may be reached, on one channel. */
export interface Way {
  channel: ResolvedChannel;
  address: string;
  /** Undefined for an address that nobody has written from. */
  contactId: string | undefined;
  /** When the customer wrote there last; undefined when never. */
  lastUsed: Date | undefined;
  optedOut: boolean;
  /** Undefined where a business may write at any time. Shared by the events of a batch: what one takes is used up. */
  windows: ReplyWindow[] | undefined;
}

/** Why nobody was told. */
export type NotTold =
  | 'CONTACT_UNKNOWN'
  | 'NO_CHANNEL'
  | 'RECIPIENT_OPTED_OUT'
  | 'WINDOW_CLOSED'
  | 'REPLY_LIMIT_REACHED';

/**
 * Chooses the way by which a customer is told: of those that are lawful now the one that the customer used last.
 *
 * @param ways all that there are; of one that is chosen the windows are used up.
 * @param count messages that the text needs there.
 * @returns the way, or why there is none: what the best of them is refused for.
 */
export function chooseWay(ways: readonly Way[], count: (way: Way) => number): Way | NotTold {
  const sorted = ways.toSorted(byUse);
  const refusals = sorted.map((way) => refusalOf(way, count(way)));
  const place = refusals.indexOf(undefined);
  const chosen = sorted[place];
  if (!chosen) return refusals[0] ?? 'NO_CHANNEL';
  useUp(chosen.windows ?? [], count(chosen));
  return chosen;
}

const byUse = (a: Way, b: Way): number =>
  (b.lastUsed?.getTime() ?? 0) - (a.lastUsed?.getTime() ?? 0) || (a.channel.name < b.channel.name ? -1 : 1);

function refusalOf({ optedOut, windows }: Way, count: number): NotTold | undefined {
  if (optedOut) return 'RECIPIENT_OPTED_OUT';
  return windows && refusalFor(windows, count);
}

/** For choosing alone, and so it does not matter which of several windows counts. */
function useUp(windows: ReplyWindow[], count: number): void {
  const limited = windows.find(({ open, maxMessages, used }) => open && maxMessages > used);
  if (limited) limited.used += count;
}

/**
 * The text of an event for a customer.
 *
 * @param texts by language; not empty.
 * @param languages the first that there is a text in.
 * @returns the text.
 */
export function textIn(texts: Readonly<Record<string, string>>, languages: readonly string[]): string {
  const known = languages.find((language) => Object.hasOwn(texts, language));
  return (known === undefined ? Object.values(texts)[0] : texts[known]) ?? '';
}

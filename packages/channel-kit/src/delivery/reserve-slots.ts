import type { ResolvedChannel } from '@omnigate/contracts';
import type { Dealer } from './dealer';
import type { DueChannels } from './due-channels';
import { claimedAsStored, firstOfEachKey, type NewDelivery } from './insert-deliveries';
import { returnRateTokens } from './rate';
import type { SendReport } from './send-report';
import type { ClaimedDelivery } from './store';

/** Slots of deliveries that are about to be stored, and claimed by the statement that stores them. */
export interface ReservedSlots {
  /**
   * Puts what was claimed on the wire and gives back the slots of the others; once, when it is known what was stored.
   * @param claimed message ids; none where nothing was stored
   * @returns those put on the wire
   */
  use(claimed: ReadonlySet<string>): NewDelivery[];
}

/** What slots are taken from, and where what got one goes. */
export interface ReserveDeps {
  channels: DueChannels;
  dealer: Pick<Dealer, 'grant'>;
  /** At most so many slots. */
  slots: number;
  report: Pick<SendReport, 'added'>;
  putOnWire(delivery: ClaimedDelivery, channel: ResolvedChannel | undefined): Promise<void>;
}

/**
 * Takes slots for deliveries that nothing keeps from being sent at once: a claim of its own is a second write of the row,
 * and a wait for the sender's next turn.
 * @param rows get the claim; those that may go, the first of each key alone, none of those left to held connections
 * @param claimedBy the claim
 */
export async function reserveSlots(
  deps: ReserveDeps,
  rows: readonly NewDelivery[],
  claimedBy: string,
): Promise<ReservedSlots> {
  const byChannel = Map.groupBy(
    firstOfEachKey(rows).filter((row) => !row.heldMs),
    (row) => row.channelId,
  );
  const { channels, dealer } = deps;
  let { slots } = deps;

  async function reserve(list: readonly NewDelivery[], first: NewDelivery) {
    const due = channels.get(first);
    const nowMs = Date.now();
    const reserved = channels.reserve(due, { want: list.length, slots, nowMs });
    slots -= reserved;
    const granted = reserved > 0 ? await dealer.grant(due, reserved, nowMs) : undefined;
    const going = list.slice(0, granted?.count ?? 0);
    for (const row of going) row.claimedBy = claimedBy;
    return { due, channel: granted?.channel, going };
  }

  const reservations = await Promise.all(
    [...byChannel.values()].flatMap((list) => (list[0] ? [reserve(list, list[0])] : [])),
  );

  return {
    use(claimed) {
      return reservations.flatMap(({ due, channel, going }) => {
        const sent = going.filter((row) => claimed.has(row.messageId));
        channels.ended(due, going.length - sent.length);
        returnRateTokens(due, going.length - sent.length, Date.now());
        deps.report.added(sent.length);
        for (const row of sent) void deps.putOnWire(claimedAsStored(row), channel);
        return sent;
      });
    },
  };
}

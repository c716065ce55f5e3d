import type { ProviderStatus } from '@omnigate/channel-kit';
import { DeliveryState, type ResolvedChannel } from '@omnigate/contracts';
import type { Database } from '@omnigate/database';
import { groupCommit } from '@omnigate/runtime';
import { type Acknowledgement, moveProgress, newlyCovered } from './store/event-log';

/** A visitor's word of how far their page has received or read. */
export interface VisitorReceipt extends Acknowledgement {
  channel: ResolvedChannel;
}

/** Turns the pages' acknowledgements into the deliveries' states. */
export interface Receipts {
  /**
   * Records an acknowledgement; durable when it resolves.
   * @throws AppError OVERLOADED, DATABASE_UNAVAILABLE; the page's next acknowledgement covers this one
   */
  record(receipt: VisitorReceipt): Promise<void>;
  drain(): Promise<void>;
}

/** What receipts stand on. */
export interface ReceiptsDeps {
  database: Database;
  /** channel-kit's; durable when it resolves. */
  recordStatuses(channel: ResolvedChannel, statuses: ProviderStatus[]): Promise<void>;
}

const maxPendingReceipts = 50_000;
/** Nobody waits for a receipt. */
const lingerMs = 500;

function statusesByChannel(
  receipts: readonly VisitorReceipt[],
  covered: { index: number; messageId: string }[],
): Map<string, { channel: ResolvedChannel; statuses: ProviderStatus[] }> {
  const byChannel = new Map<string, { channel: ResolvedChannel; statuses: ProviderStatus[] }>();
  for (const { index, messageId } of covered) {
    const { channel, kind } = receipts[index] as VisitorReceipt;
    const entry = byChannel.get(channel.id) ?? { channel, statuses: [] };
    byChannel.set(channel.id, entry);
    const state =
      kind === 'read' ? DeliveryState.DELIVERY_STATE_READ : DeliveryState.DELIVERY_STATE_DELIVERED;
    entry.statuses.push({ messageId, state, occurredTime: new Date() });
  }
  return byChannel;
}

/**
 * Makes the receipts. The states are recorded first and the mailbox is moved on afterwards: a crash between the two
 * repeats a state, which changes nothing, and loses none.
 */
export function createReceipts({ database, recordStatuses }: ReceiptsDeps): Receipts {
  async function flush(receipts: VisitorReceipt[]): Promise<void> {
    const scope = { tenants: [...new Set(receipts.map((receipt) => receipt.tenantId))] };
    const covered = await database.transaction(scope, (tx) => newlyCovered(tx, receipts));
    const channels = [...statusesByChannel(receipts, covered).values()];
    await Promise.all(channels.map(({ channel, statuses }) => recordStatuses(channel, statuses)));
    await database.transaction(scope, (tx) => moveProgress(tx, receipts));
  }
  const group = groupCommit<VisitorReceipt, void>({
    maxPending: maxPendingReceipts,
    lingerMs,
    tenantOf: (receipt) => receipt.tenantId,
    flush,
  });
  return { record: (receipt) => group.add(receipt), drain: () => group.drain() };
}

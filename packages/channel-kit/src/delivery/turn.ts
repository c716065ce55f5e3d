import { randomUUID } from 'node:crypto';
import type { Bus } from '@omnigate/bus';
import { DeliveryState } from '@omnigate/contracts';
import type { Database, Transaction } from '@omnigate/database';
import { applyReceipts, type StoredReceipt } from './receipt-store';
import type { Judgement } from './settlement';
import { statusRecord } from './status-record';
import {
  type ClaimedDelivery,
  claimDeliveries,
  type DeliveryChange,
  type DeliveryChannel,
  settleDeliveries,
} from './store';
import { lockTurn } from './turn-locks';
import { releaseClaims } from './upkeep-store';
import { claimSeconds } from './wire';

/** A claim whose transaction may or may not have been kept. */
export interface LostClaim {
  claimedBy: string;
  tenants: string[];
}

/** All that one transaction of the sender does. */
export interface TurnWork {
  judgements: readonly Judgement[];
  receipts: readonly StoredReceipt[];
  asks: readonly (DeliveryChannel & { count: number })[];
  lostClaims: readonly LostClaim[];
}

/** What a turn has done, durably. */
export interface TurnDone {
  /** To be put on the wire now. */
  claimed: ClaimedDelivery[];
  /** Every change of a state. */
  changes: DeliveryChange[];
}

/** A turn that failed; its claim may yet have been kept. */
export class TurnFailed extends Error {
  constructor(
    override readonly cause: unknown,
    readonly lostClaim: LostClaim | undefined,
  ) {
    super('turn failed');
  }
}

/**
 * Stores what came of sends, applies receipts and claims what may go next, in one transaction that also publishes every
 * change. The statements travel together; each sees what the one before did.
 * @throws TurnFailed
 */
export async function takeTurn(
  deps: { database: Database; bus: Pick<Bus, 'publish'> },
  work: TurnWork,
): Promise<TurnDone> {
  const claimedBy = randomUUID();
  const tenants = tenantsOf(work);
  try {
    return await deps.database.transaction({ tenants }, async (tx) => {
      const [settled, raised, claimed] = await runStatements(tx, work, claimedBy);
      const expired = claimed.filter((row) => row.state === DeliveryState.DELIVERY_STATE_FAILED);
      const windowClosed = new Set(
        work.judgements.filter((each) => each.windowClosed).map((each) => each.settlement.messageId),
      );
      const changes = [...settled, ...raised, ...expired];
      const shown = changes.filter((change) => change.state !== DeliveryState.DELIVERY_STATE_QUEUED);
      deps.bus.publish(
        tx,
        shown.map((change) => statusRecord(change, windowClosed.has(change.messageId))),
      );
      return {
        claimed: claimed.filter((row) => row.state === DeliveryState.DELIVERY_STATE_SENDING),
        changes,
      };
    });
  } catch (error) {
    throw new TurnFailed(error, work.asks.length > 0 ? { claimedBy, tenants } : undefined);
  }
}

function runStatements(
  tx: Transaction,
  work: TurnWork,
  claimedBy: string,
): Promise<[DeliveryChange[], DeliveryChange[], ClaimedDelivery[], unknown, unknown]> {
  const settlements = work.judgements.map((each) => each.settlement);
  const locked =
    settlements.length > 0 && work.receipts.length > 0
      ? lockTurn(tx, settlements, work.receipts)
      : Promise.resolve();
  const released =
    work.lostClaims.length > 0
      ? releaseClaims(
          tx,
          work.lostClaims.map((lost) => lost.claimedBy),
        )
      : Promise.resolve();
  const settled = settlements.length > 0 ? settleDeliveries(tx, settlements) : Promise.resolve([]);
  const raised = work.receipts.length > 0 ? applyReceipts(tx, work.receipts) : Promise.resolve([]);
  const claimed =
    work.asks.length > 0
      ? claimDeliveries(tx, { claimedBy, seconds: claimSeconds, asks: work.asks })
      : Promise.resolve([]);
  return Promise.all([settled, raised, claimed, released, locked]);
}

function tenantsOf(work: TurnWork): string[] {
  const tenants = new Set<string>();
  for (const { settlement } of work.judgements) tenants.add(settlement.tenantId);
  for (const receipt of work.receipts) tenants.add(receipt.tenantId);
  for (const ask of work.asks) tenants.add(ask.tenantId);
  for (const lost of work.lostClaims) for (const tenant of lost.tenants) tenants.add(tenant);
  return [...tenants];
}

import type { Bus } from '@omnigate/bus';
import type { Database } from '@omnigate/database';
import type { Logger } from '@omnigate/runtime';
import type { StoredReceipt } from './receipt-store';
import { TurnFailed, type TurnWork, takeTurn } from './turn';

/** Receipts whose sender waits for them to be durable. */
export interface PendingReceipts {
  receipts: readonly StoredReceipt[];
  resolve(): void;
  reject(error: unknown): void;
}

/** Does what some item made fail: each item in a turn of its own, so that the others go on. */
export async function isolate(
  deps: { database: Database; bus: Pick<Bus, 'publish'>; logger: Logger },
  work: Pick<TurnWork, 'judgements'> & { pending: readonly PendingReceipts[] },
): Promise<void> {
  const nothing = { judgements: [], receipts: [], asks: [], lostClaims: [] };
  for (const judgement of work.judgements) {
    await takeTurn(deps, { ...nothing, judgements: [judgement] }).catch(() =>
      // Its claim lapses, and it becomes unknown.
      deps.logger.error(
        { message_id: judgement.settlement.messageId },
        'the outcome of a send can not be stored',
      ),
    );
  }
  for (const { receipts, resolve, reject } of work.pending) {
    await takeTurn(deps, { ...nothing, receipts }).then(
      () => resolve(),
      (error: unknown) => reject(error instanceof TurnFailed ? error.cause : error),
    );
  }
}

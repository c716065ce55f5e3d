import type { Bus } from '@omnigate/bus';
import { DeliveryState, type MessageSend } from '@omnigate/contracts';
import type { Transaction } from '@omnigate/database';
import { failSpan } from '@omnigate/runtime';
import { claimedAsStored, type StoredSend } from './insert-deliveries';
import type { SendReport } from './send-report';
import { beginSendSpan, endSendSpan } from './send-span';
import { judge } from './settlement';
import { statusRecord } from './status-record';

/**
 * The sends of a channel whose wire is its service's own database, such as a mailbox: what is stored is sent, in the same
 * transaction. What waits behind another of its key, or is too late, is the sender's as always.
 */
export interface DirectSends {
  /** Says whether a message may go so; where not, the sender decides what becomes of it. */
  takes(send: MessageSend): boolean;
  /** Sends several, in their order, as part of the transaction. */
  send(tx: Transaction, sends: readonly MessageSend[]): Promise<unknown>;
}

/** What sending directly stands on. */
export interface DirectDeps {
  direct: DirectSends;
  bus: Pick<Bus, 'publish'>;
  report: Pick<SendReport, 'added' | 'answered'>;
}

/**
 * Sends what was stored as sent, and publishes its status.
 * @param sends in the order in which they were stored
 * @throws what `direct.send` throws; the transaction then stores nothing
 */
export async function sendDirectly(
  { direct, bus, report }: DirectDeps,
  tx: Transaction,
  sends: readonly StoredSend[],
): Promise<void> {
  const startedMs = performance.now();
  const sent = sends.map(({ row }) => {
    const delivery = claimedAsStored(row);
    return { delivery, span: beginSendSpan(delivery) };
  });
  tx.onFailed(() => {
    for (const { span } of sent) failSpan(span, 'DATABASE_UNAVAILABLE');
  });
  tx.onCommitted(() => {
    const seconds = (performance.now() - startedMs) / 1_000;
    report.added(sent.length);
    for (const { delivery, span } of sent) {
      const result = { kind: 'sent', providerMessageId: delivery.messageId } as const;
      endSendSpan(span, result);
      report.answered(delivery, judge(delivery, result), seconds);
    }
  });
  await direct.send(
    tx,
    sends.map(({ send }) => send),
  );
  bus.publish(
    tx,
    sent.map(({ delivery }) =>
      statusRecord({
        ...delivery,
        state: DeliveryState.DELIVERY_STATE_SENT,
        providerMessageId: delivery.messageId,
      }),
    ),
  );
}

import type { BusRecord, Outcome } from '@omnigate/bus';
import { TicketChanged } from '@omnigate/contracts';
import type { Transaction } from '@omnigate/database';
import type { RoutingContext } from '../context';
import { isId } from '../domain/id';
import { type Telling, tell } from '../tickets/tell';

/**
 * Tells customers and workers what happens to tickets.
 *
 * @param context what routing works with.
 * @returns a handler for records of omnigate.ticket.changed.v1.
 */
export function createTicketChanged(
  context: Pick<RoutingContext, 'directory' | 'clock' | 'bus' | 'tenants'>,
) {
  return async (tx: Transaction, records: BusRecord[]): Promise<Outcome[]> => {
    const told = records.map((record) => tellingsOf(record));
    const lost = await tell(
      context,
      tx,
      told.flatMap((tellings) => tellings ?? []),
    );
    return told.map((tellings): Outcome => {
      if (tellings === undefined) return { kind: 'deadLetter', code: 'INVALID_ARGUMENT' };
      // The others of the record are told; a replay tells them no second time.
      const isLost = tellings.some(({ notice }) => lost.has(notice.noticeId));
      return isLost ? { kind: 'deadLetter', code: 'CHANNEL_UNKNOWN' } : { kind: 'ok' };
    });
  };
}

/** Undefined where the record is not what it should be. */
function tellingsOf(record: BusRecord): Telling[] | undefined {
  const { tenantId, notices } = TicketChanged.decode(record.value);
  if (tenantId !== record.tenantId) return undefined;
  const valid = notices.every(
    ({ noticeId, conversationId, channel, content }) =>
      isId(noticeId) &&
      (conversationId === '' ? isId(channel?.id ?? '') : isId(conversationId)) &&
      content?.kind !== undefined,
  );
  return valid ? notices.map((notice) => ({ tenantId, notice })) : undefined;
}

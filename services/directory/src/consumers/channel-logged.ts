import type { BusRecord, Outcome } from '@omnigate/bus';
import { ChannelLogged } from '@omnigate/contracts';
import type { Transaction } from '@omnigate/database';
import type { Signals } from '@omnigate/runtime';
import { uuidPattern } from '../domain/resource';
import { type ChannelLogRow, insertChannelLog } from '../store/channel-log';

/** Long enough for what to do next; a detail never holds a payload. */
const maximumDetail = 1000;

const rowOf = (record: BusRecord): ChannelLogRow | undefined => {
  const entry = ChannelLogged.decode(record.value);
  if (!uuidPattern.test(entry.channelId) || entry.tenantId !== record.tenantId) return undefined;
  return {
    id: record.eventId,
    tenantId: entry.tenantId,
    channelId: entry.channelId,
    occurredTime: entry.occurredTime ?? record.time,
    stage: entry.stage,
    code: entry.code,
    detail: entry.detail.slice(0, maximumDetail).toWellFormed(),
    suppressedCount: entry.suppressedCount,
  };
};

const readRow = (record: BusRecord): ChannelLogRow | undefined => {
  try {
    return rowOf(record);
  } catch {
    return undefined;
  }
};

/**
 * Makes the handler that keeps what adapters have logged about their channels.
 *
 * @param signals the consumer's
 * @returns a handler of omnigate.channel.log.v1; what can not be read goes to the dead letters
 */
export function createChannelLoggedHandler(signals: Signals) {
  return async (tx: Transaction, records: BusRecord[]): Promise<Outcome[]> => {
    signals.received(records.length);
    const rows = records.map(readRow);
    const readable = rows.filter((row) => row !== undefined);
    if (readable.length > 0) await insertChannelLog(tx, readable);
    tx.onCommitted(() => {
      signals.done(readable.length);
      signals.failed('decode', records.length - readable.length);
    });
    return rows.map((row) => (row ? { kind: 'ok' } : { kind: 'deadLetter', code: 'PAYLOAD_MALFORMED' }));
  };
}

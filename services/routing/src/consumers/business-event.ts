import type { BusRecord, Outcome } from '@omnigate/bus';
import { BusinessEvent, type CustomerKey } from '@omnigate/contracts';
import type { Transaction } from '@omnigate/database';
import { tellEvents } from '../business-events/tell-events';
import type { RoutingContext } from '../context';
import { claimBusinessEvents } from '../store/business-events';

/** A record that was decoded. */
export interface InboundEvent {
  tenantId: string;
  eventId: string;
  name: string;
  customer: CustomerKey;
  /** By language. */
  texts: Record<string, string>;
  occurredAt: Date;
  /** W3C trace context of its record. */
  traceparent: string | undefined;
}

/**
 * Tells customers what happened in other systems, where a channel lets it, and keeps what became of each event.
 *
 * @param context what routing works with.
 * @returns a handler for records of omnigate.business.event.v1.
 */
export function createBusinessEvents(
  context: Pick<RoutingContext, 'directory' | 'tenants' | 'bus' | 'clock'>,
) {
  return async (tx: Transaction, records: BusRecord[]): Promise<Outcome[]> => {
    const outcomes: Outcome[] = records.map(() => ({ kind: 'ok' }));
    const events = new Map<string, InboundEvent>();
    for (const [index, record] of records.entries()) {
      const event = decode(record);
      if (event) events.set(event.eventId, event);
      else outcomes[index] = { kind: 'deadLetter', code: 'INVALID_ARGUMENT' };
    }
    const fresh = events.size > 0 ? await claimBusinessEvents(tx, [...events.values()]) : new Set();
    const toTell = [...events.values()].filter(({ eventId }) => fresh.has(eventId));
    if (toTell.length > 0) await tellEvents(context, tx, toTell);
    return outcomes;
  };
}

/** Undefined for what names no customer or has nothing to tell. */
function decode(record: BusRecord): InboundEvent | undefined {
  const { tenantId, eventId, name, customer, texts, occurredTime } = BusinessEvent.decode(record.value);
  if (tenantId !== record.tenantId || !customer || Object.keys(texts).length === 0) return undefined;
  const occurredAt = occurredTime ?? record.time;
  return { tenantId, eventId, name, customer, texts, occurredAt, traceparent: record.headers.traceparent };
}

import { beginSpan, failSpan, isTracing, type Span, SpanKind, traceparentOf } from '@omnigate/runtime';
import type { Bus, BusRecord, ConsumeOptions, OutgoingRecord } from './port';

/** The header that carries a record's trace context, https://www.w3.org/TR/trace-context/#traceparent-header. */
const header = 'traceparent';

/**
 * Makes a driver tell its part of a trace: a span for publishing and one for handling each record that has a trace
 * context, and no others. Handlers find the span of their handling in the record's header.
 * @param system as OpenTelemetry's `messaging.system`
 * @returns the very bus where nothing is traced
 */
export function traceBus(bus: Bus, system: string): Bus {
  if (!isTracing()) return bus;
  const begin = (kind: SpanKind, record: OutgoingRecord | BusRecord, group?: string): Span | undefined => {
    const parent = record.headers?.[header];
    if (!parent) return undefined;
    const operation = kind === SpanKind.PRODUCER ? 'send' : 'process';
    const span = beginSpan(`${operation} ${record.topic}`, kind, parent);
    return span?.setAttributes({
      'messaging.system': system,
      'messaging.operation.type': operation,
      'messaging.operation.name': operation,
      'messaging.destination.name': record.topic,
      'messaging.message.id': record.eventId,
      'omnigate.tenant_id': record.tenantId,
      ...('partition' in record ? { 'messaging.destination.partition.id': String(record.partition) } : {}),
      ...(group === undefined ? {} : { 'messaging.consumer.group.name': group }),
    });
  };

  /** Appends records, each within its span. */
  async function sending(
    records: readonly OutgoingRecord[],
    work: (traced: OutgoingRecord[]) => Promise<void>,
  ) {
    const spans = records.map((record) => begin(SpanKind.PRODUCER, record));
    await within(spans, () => work(records.map((record, i) => inside(record, spans[i]))));
  }

  return {
    ...bus,
    append: (record) => sending([record], ([traced]) => bus.append(traced as OutgoingRecord)),
    appendAll: (records) => sending(records, (traced) => bus.appendAll(traced)),
    publish(tx, records) {
      const spans = records.map((record) => begin(SpanKind.PRODUCER, record));
      bus.publish(
        tx,
        records.map((record, i) => inside(record, spans[i])),
      );
      // A record that is rolled back was not published, and neither is its span.
      if (spans.some(Boolean)) tx.onCommitted(() => endAll(spans));
    },
    consume: (o) => bus.consume({ ...o, handle: handling(o) }),
  };

  function handling(o: ConsumeOptions): ConsumeOptions['handle'] {
    return (tx, records) => {
      const spans = records.map((record) => begin(SpanKind.CONSUMER, record, o.group));
      // Copies: other readers share the records.
      return within(spans, () =>
        o.handle(
          tx,
          records.map((record, i) => inside(record, spans[i])),
        ),
      );
    };
  }
}

function inside<R extends OutgoingRecord | BusRecord>(record: R, span: Span | undefined): R {
  const traceparent = traceparentOf(span);
  return traceparent ? { ...record, headers: { ...record.headers, [header]: traceparent } } : record;
}

async function within<T>(spans: (Span | undefined)[], work: () => Promise<T>): Promise<T> {
  try {
    const result = await work();
    endAll(spans);
    return result;
  } catch (error) {
    for (const span of spans) failSpan(span, error);
    throw error;
  }
}

function endAll(spans: (Span | undefined)[]): void {
  for (const span of spans) span?.end();
}

import { DeliveryState } from '@omnigate/contracts';
import { createSignals, type Logger, type Metrics, traceFields } from '@omnigate/runtime';
import type { SendResult } from '../adapter';
import type { ChannelLog } from '../channel-log';
import { sendFailureDetail } from './send-failure-detail';
import type { Judgement } from './settlement';
import type { ClaimedDelivery, DeliveryChange } from './store';

/** Tells people and machines what comes of sends: signals, log lines, the channel log. */
export interface SendReport {
  added(count: number): void;
  /** @param seconds on the wire */
  answered(delivery: ClaimedDelivery, judgement: Judgement, seconds: number): void;
  /** @param kind of the result that failed it; undefined where none did, such as for a receipt */
  failed(change: DeliveryChange, kind: SendResult['kind'] | undefined): void;
}

/** Makes the reporter of one adapter service's sends. */
export function createSendReport(o: {
  adapterService: string;
  channelLog: ChannelLog;
  logger: Logger;
  metrics: Metrics;
}): SendReport {
  const signals = createSignals(o.metrics, `${o.adapterService}.send`);
  const segments = o.metrics.counter('omnigate_send_segments_total', 'Segments billed by providers.', [
    'channel_type',
  ]);

  function unsent(delivery: ClaimedDelivery, result: Exclude<SendResult, { kind: 'sent' }>): void {
    const { messageId, channelId, tenantId } = delivery;
    const fields = {
      message_id: messageId,
      channel_id: channelId,
      error_code: result.code,
      outcome: result.kind,
      ...traceFields(delivery.traceparent),
    };
    const serious = result.kind === 'unknown' || result.kind === 'credentialsBroken';
    signals.failed(result.kind === 'unknown' ? 'unknown' : 'attempt');
    o.logger[serious ? 'warn' : 'info'](fields, 'delivery not sent');
    o.channelLog.record(
      { id: channelId, tenantId },
      { stage: 'send', code: result.code, detail: sendFailureDetail(result.kind, result.code) },
    );
  }

  return {
    added: (count) => signals.received(count),
    answered(delivery, { result, settlement }, seconds) {
      signals.lag(delivery.ageMs / 1_000);
      signals.duration(seconds);
      if (result.kind === 'sent') {
        signals.done();
        if (result.segments) segments.labels(delivery.channelType).inc(result.segments);
      } else if (settlement.state !== DeliveryState.DELIVERY_STATE_FAILED) unsent(delivery, result);
    },
    failed(change, kind) {
      const { messageId, channelId, tenantId, errorCode } = change;
      signals.failed('send');
      const trace = traceFields(change.traceparent);
      o.logger.warn(
        { message_id: messageId, channel_id: channelId, error_code: errorCode, ...trace },
        'delivery failed',
      );
      o.channelLog.record(
        { id: channelId, tenantId },
        {
          stage: kind ? 'send' : 'status',
          code: errorCode,
          detail: sendFailureDetail(kind && kind !== 'retry' ? kind : 'permanent', errorCode),
        },
      );
    },
  };
}

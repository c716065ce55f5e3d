import type { OutgoingRecord } from '@omnigate/bus';
import { DeliveryState, encodeMessage, MessageStatus, topics } from '@omnigate/contracts';
import { newId } from '@omnigate/runtime';
import type { DeliveryChange } from './store';

/** The error codes after which routing may plan the message again, on another path. */
const windowClosedCodes = new Set(['WINDOW_CLOSED', 'NOT_AFTER_PASSED']);

/**
 * The record that tells a delivery's new state.
 * @param windowClosed the provider said so, with a code of its own
 */
export function statusRecord(change: DeliveryChange, windowClosed = false): OutgoingRecord {
  const closed = windowClosed || windowClosedCodes.has(change.errorCode);
  const failed = change.state === DeliveryState.DELIVERY_STATE_FAILED;
  const value = encodeMessage(MessageStatus, {
    messageId: change.messageId,
    tenantId: change.tenantId,
    channel: { type: change.channelType, id: change.channelId },
    conversationId: change.conversationId,
    state: change.state,
    providerMessageId: change.providerMessageId,
    errorCode: change.errorCode,
    attempts: change.attempts,
    occurredTime: change.occurredTime,
    address: change.address,
    optedOut: change.optedOut,
    failureClass: failed && closed ? 'window-closed' : '',
  });
  return {
    topic: topics.messageStatus,
    key: change.key,
    value,
    eventId: newId(),
    type: 'omnigate.message.v1.MessageStatus',
    tenantId: change.tenantId,
    ...(change.traceparent ? { headers: { traceparent: change.traceparent } } : {}),
  };
}

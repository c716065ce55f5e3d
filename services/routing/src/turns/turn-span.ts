import { beginSpan, failSpan, type Span, SpanKind } from '@omnigate/runtime';
import type { TurnJob, TurnResult } from './runner';

/** Begins the span of one run of a turn, from the question to the durable effect. */
export function beginTurnSpan({ tenantId, conversationId, turnId, traceparent }: TurnJob): Span | undefined {
  return beginSpan('bot turn', SpanKind.INTERNAL, traceparent)?.setAttributes({
    'omnigate.conversation_id': conversationId,
    'omnigate.turn_id': turnId,
    'omnigate.tenant_id': tenantId,
  });
}

/** Ends it; a bot that did not answer has failed it, though a person answers now. */
export function endTurnSpan(span: Span | undefined, result: TurnResult): void {
  if ('failure' in result) failSpan(span, result.failure);
  else span?.end();
}

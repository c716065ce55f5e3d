import { beginSpan, failSpan, isTracing, type Span, SpanKind, traceparentOf } from '@omnigate/runtime';
import type { SendResult } from '../adapter';
import type { ProviderHttp } from '../provider-http';
import type { ClaimedDelivery } from './store';

/** Begins the span of one attempt to send; undefined where the message came without a trace. */
export function beginSendSpan(delivery: ClaimedDelivery): Span | undefined {
  if (!isTracing() || !delivery.traceparent) return undefined;
  const span = beginSpan(`send ${delivery.channelType}`, SpanKind.INTERNAL, delivery.traceparent);
  return span?.setAttributes({
    'omnigate.message_id': delivery.messageId,
    'omnigate.conversation_id': delivery.conversationId,
    'omnigate.channel_id': delivery.channelId,
    'omnigate.tenant_id': delivery.tenantId,
    'omnigate.attempt': delivery.attempts,
  });
}

/** Ends it by what came of the attempt. */
export function endSendSpan(span: Span | undefined, result: SendResult): void {
  span?.setAttribute('omnigate.outcome', result.kind);
  if (result.kind === 'sent') span?.end();
  else failSpan(span, result.code);
}

/** Puts each exchange with the provider into the trace. Of the URL only the server is told: paths hold accounts. */
export function tracedHttp(http: ProviderHttp, traceparent: string): ProviderHttp {
  return {
    async request(request) {
      const { hostname, port } = new URL(request.url);
      const span = beginSpan(request.method, SpanKind.CLIENT, traceparent)?.setAttributes({
        'http.request.method': request.method,
        'server.address': hostname,
        ...(port ? { 'server.port': Number(port) } : {}),
      });
      const inner = traceparentOf(span);
      try {
        const headers = inner ? { ...request.headers, traceparent: inner } : request.headers;
        const response = await http.request({ ...request, ...(headers ? { headers } : {}) });
        span?.setAttribute('http.response.status_code', response.status).end();
        return response;
      } catch (error) {
        failSpan(span, error);
        throw error;
      }
    },
  };
}

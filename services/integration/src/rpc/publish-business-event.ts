import {
  BusinessEvent,
  encodeMessage,
  PublishBusinessEventRequest,
  PublishBusinessEventResponse,
  topics,
} from '@omnigate/contracts';
import { once } from '@omnigate/database';
import { AppError } from '@omnigate/errors';
import type { CallContext } from '@omnigate/rpc';
import { newId } from '@omnigate/runtime';
import type { IntegrationContext } from '../context';
import { customerKey, eventViolations, normalCustomer } from '../domain/business-event';
import { textsOf } from '../domain/event-texts';

/**
 * Takes what happened in another system and tells it on the bus, once for a request id.
 *
 * @param context what integration works with.
 * @param request what happened, to whom.
 * @param ctx the call.
 * @returns the event's id, when it is durable.
 * @throws AppError INVALID_ARGUMENT with every field that is wrong or missing, REQUEST_ID_REUSED.
 */
export async function publishBusinessEvent(
  { database, bus, clock }: IntegrationContext,
  request: PublishBusinessEventRequest,
  ctx: CallContext,
): Promise<PublishBusinessEventResponse> {
  const { tenantId } = ctx.identity;
  const event = eventOf(request, tenantId, clock());
  const payload = PublishBusinessEventRequest.encode(request).finish();
  const requestId = request.requestId.toLowerCase();
  const response = await database.transaction({ tenants: [tenantId] }, (tx) =>
    once(tx, { tenantId, requestId, payload }, async () => {
      bus.publish(tx, [
        {
          topic: topics.businessEvent,
          key: customerKey(tenantId, event.customer),
          value: encodeMessage(BusinessEvent, event),
          eventId: event.eventId,
          type: 'omnigate.integration.v1.BusinessEvent',
          tenantId,
          ...(ctx.traceparent ? { headers: { traceparent: ctx.traceparent } } : {}),
        },
      ]);
      return PublishBusinessEventResponse.encode({ eventId: event.eventId }).finish();
    }),
  );
  return PublishBusinessEventResponse.decode(response);
}

function eventOf(request: PublishBusinessEventRequest, tenantId: string, now: Date) {
  const { name, text, customer, data = {} } = request;
  const told = textsOf({ name, text, data });
  const fields = [...eventViolations(request), ...told.violations];
  if (!told.texts || !customer || fields.length > 0) throw new AppError('INVALID_ARGUMENT', {}, { fields });
  const occurredTime = request.occurredTime ?? now;
  return {
    ...{ eventId: newId(), tenantId, name, data, texts: told.texts, occurredTime },
    customer: normalCustomer(customer),
  };
}

import { IntegrationServiceService } from '@omnigate/contracts';
import { defineService, type Role, type RpcService } from '@omnigate/rpc';
import type { IntegrationContext } from '../context';
import { lookUp } from './look-up';
import { publishBusinessEvent } from './publish-business-event';

const publishers: readonly Role[] = ['owner', 'admin', 'supervisor', 'service', 'operator'];
/** It shows what is a customer's own: whoever asks says who the customer is. */
const lookers: readonly Role[] = ['owner', 'admin', 'service', 'operator'];

/**
 * IntegrationService: the business's own systems.
 *
 * @param context what integration works with.
 * @returns the service.
 */
export function createIntegrationService(context: IntegrationContext): RpcService {
  return defineService(
    IntegrationServiceService,
    { publishBusinessEvent: publishers, lookUp: lookers },
    {
      publishBusinessEvent: (request, ctx) => publishBusinessEvent(context, request, ctx),
      lookUp: (request, ctx) => lookUp(context, request, ctx),
    },
  );
}

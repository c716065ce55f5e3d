import { installationFields } from '@omnigate/installation';
import { directoryFields, grpcAddress, mediaFields, processFields } from '@omnigate/service-process';
import { z } from 'zod';

/** What the demo reads from the environment. */
export const configSchema = z.object({
  ...processFields,
  ...directoryFields,
  ...mediaFields,
  OMNIGATE_DEMO: installationFields.OMNIGATE_DEMO,
  OMNIGATE_TICKET_ADDRESS: grpcAddress('dns:///ticket:9090').describe('gRPC address of ticket'),
  OMNIGATE_ANALYTICS_ADDRESS: grpcAddress('dns:///analytics:9090').describe('gRPC address of analytics'),
});

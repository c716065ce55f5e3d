import { directoryFields, grpcAddress, processFields, serverFields } from '@omnigate/service-process';
import { z } from 'zod';

/** What the ticket service reads from the environment. */
export const configSchema = z.object({
  ...processFields,
  ...serverFields,
  ...directoryFields,
  OMNIGATE_ROUTING_ADDRESS: grpcAddress('dns:///routing:9090').describe('gRPC address of routing'),
});

import { directoryFields, grpcAddress, processFields, serverFields } from '@omnigate/service-process';
import { z } from 'zod';

/** What the bot reads from the environment. */
export const configSchema = z.object({
  ...processFields,
  ...serverFields,
  ...directoryFields,
  OMNIGATE_INTEGRATION_ADDRESS: grpcAddress('dns:///integration:9090').describe(
    'gRPC address of integration',
  ),
});

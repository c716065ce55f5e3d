import { directoryFields, grpcAddress, processFields, serverFields } from '@omnigate/service-process';
import { z } from 'zod';

/** What routing reads from the environment. */
export const configSchema = z.object({
  ...processFields,
  ...serverFields,
  ...directoryFields,
  OMNIGATE_BOT_ADDRESS: grpcAddress('dns:///bot:9090').describe('gRPC address of the bot'),
});

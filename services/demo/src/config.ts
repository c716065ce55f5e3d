import { adapterFields, grpcAddress, processFields } from '@omnigate/service-process';
import { z } from 'zod';

/** What the demo reads from the environment. */
export const configSchema = z.object({
  ...processFields,
  OMNIGATE_DIRECTORY_ADDRESS: adapterFields.OMNIGATE_DIRECTORY_ADDRESS,
  OMNIGATE_PUBLIC_URL: adapterFields.OMNIGATE_PUBLIC_URL,
  OMNIGATE_TICKET_ADDRESS: grpcAddress('dns:///ticket:9090').describe('gRPC address of ticket'),
  OMNIGATE_ANALYTICS_ADDRESS: grpcAddress('dns:///analytics:9090').describe('gRPC address of analytics'),
});

import { directoryFields, processFields, serverFields } from '@omnigate/service-process';
import { z } from 'zod';

/** What analytics reads from the environment. */
export const configSchema = z.object({ ...processFields, ...serverFields, ...directoryFields });

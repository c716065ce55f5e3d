import { directoryFields, processFields, serverFields } from '@omnigate/service-process';
import { z } from 'zod';

/** What integration reads from the environment. */
export const configSchema = z.object({ ...processFields, ...serverFields, ...directoryFields });

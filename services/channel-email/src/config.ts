import { adapterFields, mailFields, processFields } from '@omnigate/service-process';
import { z } from 'zod';

/** What channel-email reads from the environment. */
export const configSchema = z.object({ ...processFields, ...adapterFields, ...mailFields });

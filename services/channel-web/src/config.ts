import { adapterFields, processFields } from '@omnigate/service-process';
import { z } from 'zod';

/** What channel-web reads from the environment. */
export const configSchema = z.object({ ...processFields, ...adapterFields });

import { adapterFields, processFields } from '@omnigate/service-process';
import { z } from 'zod';

/** What channel-wechat reads from the environment. */
export const configSchema = z.object({ ...processFields, ...adapterFields });

import { z } from 'zod';

/** Keys of the environment that choose and shape the state; a part of each service's schema. */
export const stateConfig = {
  REDIS_URL: z
    .url({ protocol: /^rediss?$/, error: 'must be a URL such as redis://user:password@host:6379/0' })
    .optional()
    .describe('Redis or Valkey that all processes share; default: each keeps limits and presence by itself'),
};

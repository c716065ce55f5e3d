import { z } from 'zod';
import { bilingual } from './bilingual';
import { resourceName, text } from './text';

/** spec of a Worker; without a channel they work by API alone. */
export const workerSpec = z
  .strictObject({
    display_name: z
      .union([text(100, 1), bilingual(100)], {
        error: 'must be a text of 1 to 100 characters, or { zh, en } of such texts',
      })
      .optional(),
    channel: resourceName.optional(),
    address: text(200, 1).optional(),
    types: z.array(resourceName).max(100).optional(),
    buildings: z.array(text(100, 1)).max(500).optional(),
    skills: z.array(text(100, 1)).max(100).default([]),
    active: z.boolean().default(true),
    language: z.enum(['zh', 'en']).default('zh'),
  })
  .refine((spec) => spec.channel === undefined || spec.address !== undefined, {
    path: ['address'],
    error: 'is required with channel: the address of this worker on it',
  })
  .refine((spec) => spec.channel !== undefined || spec.address === undefined, {
    path: ['channel'],
    error: 'is required with address: the Channel on which it is',
  });

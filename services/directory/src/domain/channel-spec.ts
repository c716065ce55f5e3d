import { z } from 'zod';
import { resourceName, text } from './text';

/** spec of a Channel; config is checked by its type's manifest. */
export const channelSpec = z.strictObject({
  type: text(63, 1),
  first_responder: z.enum(['bot', 'people']).default('bot'),
  team: resourceName.default('default'),
  max_per_second: z.number().min(1).max(10_000).optional(),
  config: z.record(z.string(), z.unknown()).default({}),
});

/** A checked Channel.spec. */
export type ChannelSpec = z.infer<typeof channelSpec>;

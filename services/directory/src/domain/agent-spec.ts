import { z } from 'zod';
import { resourceName, text } from './text';

/** spec of an Agent. */
export const agentSpec = z.strictObject({
  display_name: text(100, 1).optional(),
  teams: z.array(resourceName).min(1).max(100).default(['default']),
  max_conversations: z.int().min(1).max(100).default(5),
  skills: z.array(text(100, 1)).max(100).optional(),
});

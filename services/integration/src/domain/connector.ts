import { z } from 'zod';

const lookup = z.object({
  name: z.string(),
  method: z.enum(['GET', 'POST']),
  path: z.string(),
  body: z.record(z.string(), z.string()).optional(),
  items: z.string(),
  fields: z.record(z.string(), z.string()),
  cache_seconds: z.number(),
  timeout_ms: z.number(),
});

/** What integration reads of a connector's spec; directory has checked it, and may know more fields. */
export const connectorSpec = z.object({
  base_url: z.string(),
  headers: z.record(z.string(), z.string()),
  lookups: z.array(lookup),
});

/** One thing that a connector can be asked for. */
export type Lookup = z.infer<typeof lookup>;

/** One of the business's own systems, as a tenant declares it. */
export interface Connector {
  id: string;
  tenantId: string;
  name: string;
  /** Rises with each change. */
  revision: string;
  baseUrl: string;
  /** In the clear. */
  headers: Record<string, string>;
  lookups: readonly Lookup[];
  /** base_url may be a loopback or private address. */
  privateAddressAllowed: boolean;
}

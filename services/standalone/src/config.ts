import { installationFields } from '@omnigate/installation';
import { tracingConfig } from '@omnigate/runtime';
import { hostPortPairs, mailFields, wholeNumber } from '@omnigate/service-process';
import { z } from 'zod';

/** What the environment says; design §7. */
export const configSchema = z.object({
  ...installationFields,
  OMNIGATE_SENDS_IN_FLIGHT: wholeNumber(1, 1000).default(128).describe('Sends on the wire at once'),
  OMNIGATE_FETCH_ALLOW: hostPortPairs().describe(
    'host:port pairs, with commas, that api_base_url may name and files be fetched from though private',
  ),
  ...mailFields,
  ...tracingConfig,
});

/** The configuration of the standalone form. */
export type Config = z.infer<typeof configSchema>;

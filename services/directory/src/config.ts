import {
  baseUrl,
  encryptionKey,
  headerKey,
  hostPortPairs,
  processFields,
  serverFields,
} from '@omnigate/service-process';
import { z } from 'zod';

/** What directory reads from the environment. */
export const configSchema = z.object({
  ...processFields,
  ...serverFields,
  OMNIGATE_PUBLIC_URL: baseUrl().describe('URL that providers call; resources show the webhooks below it'),
  OMNIGATE_ENCRYPTION_KEY: encryptionKey().describe(
    '32 bytes, base64 or hexadecimal, that encrypt channel secrets',
  ),
  OMNIGATE_ADMIN_KEY: headerKey().describe('First owner and operator key; counts at the first start alone'),
  OMNIGATE_FETCH_ALLOW: hostPortPairs().describe(
    'host:port pairs, with commas, that api_base_url may name though private',
  ),
});

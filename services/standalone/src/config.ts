import { z } from 'zod';

const wholeNumber = (from: number, to: number) => {
  const error = `must be a whole number from ${from} to ${to}`;
  return z.coerce.number(error).int(error).min(from, error).max(to, error);
};
const port = (fallback: number, what: string) => wholeNumber(0, 65_535).default(fallback).describe(what);
const optional = (what: string) => z.string().min(1).optional().describe(what);
const postgresUrl = (what: string) =>
  z
    .url({
      protocol: /^postgres(ql)?$/,
      error: 'must be a URL such as postgres://user:password@host:5432/name',
    })
    .optional()
    .describe(what);

const pairsOf = (text: string): string[] => text.split(/[,\s]+/).filter((pair) => pair !== '');

const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const;

/** What the environment says; design §7. */
export const configSchema = z.object({
  OMNIGATE_BIND: z
    .string()
    .min(1)
    .default('127.0.0.1')
    .describe('Address that the HTTP and gRPC ports listen on'),
  OMNIGATE_HTTP_PORT: port(8080, 'HTTP port: webhooks, web chat, health; 0 takes a free one'),
  OMNIGATE_GRPC_PORT: port(9090, 'gRPC port; 0 takes a free one'),
  OMNIGATE_PUBLIC_URL: z
    .url({ protocol: /^https?$/, error: 'must be a URL such as https://gateway.example.com' })
    .transform((url) => url.replace(/\/+$/, ''))
    .optional()
    .describe(
      'URL that providers call; signatures over the URL use it; default http://127.0.0.1:<HTTP port>',
    ),
  OMNIGATE_DATA_DIR: z
    .string()
    .min(1)
    .default('.omnigate')
    .describe('Folder for the database, keys and credentials.json'),
  OMNIGATE_ENCRYPTION_KEY: optional(
    '32 bytes, base64 or hexadecimal, that encrypt channel secrets; default: one is made',
  ),
  OMNIGATE_ADMIN_KEY: z
    .string()
    .regex(/^[\x21-\x7e]{16,128}$/, 'must be 16 to 128 printable ASCII characters')
    .optional()
    .describe('First owner and operator key, if set before the first start; default: one is made'),
  OMNIGATE_SENDS_IN_FLIGHT: wholeNumber(1, 1000).default(32).describe('Sends on the wire at once'),
  OMNIGATE_DEMO: z
    .enum(['0', '1'], 'must be 0 or 1')
    .default('1')
    .describe('0 leaves the demo knowledge and chat out'),
  OMNIGATE_LOG_LEVEL: z
    .enum(logLevels, `must be one of ${logLevels.join(', ')}`)
    .default('info')
    .describe('Least level that is logged'),
  OMNIGATE_FETCH_ALLOW: z
    .string()
    .default('')
    .transform(pairsOf)
    .describe('host:port pairs, with commas, that api_base_url may name though private'),
  DATABASE_URL: postgresUrl('PostgreSQL to use; default: an embedded one in the data folder'),
  DATABASE_MIGRATION_URL: postgresUrl(
    'PostgreSQL for migrations and notifications, where DATABASE_URL is a pooler',
  ),
});

/** The configuration of the standalone form. */
export type Config = z.infer<typeof configSchema>;

import { isIP } from 'node:net';
import { z } from 'zod';

/** A whole number between two bounds. */
export const wholeNumber = (from: number, to: number) => {
  const error = `must be a whole number from ${from} to ${to}`;
  return z.coerce.number(error).int(error).min(from, error).max(to, error);
};

/** A port to listen on; 0 takes a free one. */
export const port = (fallback: number) => wholeNumber(0, 65_535).default(fallback);

/** The URL of a PostgreSQL database. */
export const postgresUrl = () =>
  z.url({
    protocol: /^postgres(ql)?$/,
    error: 'must be a URL such as postgres://user:password@host:5432/name',
  });

/** A URL that others begin with: without a slash at its end. */
export const baseUrl = () =>
  z
    .url({ protocol: /^https?$/, error: 'must be a URL such as https://gateway.example.com' })
    .transform((url) => url.replace(/\/+$/, ''));

/** A key that travels in a header: 16 to 128 printable ASCII characters. */
export const headerKey = () =>
  z
    .string('must be set, to 16 to 128 printable ASCII characters')
    .regex(/^[\x21-\x7e]{16,128}$/, 'must be 16 to 128 printable ASCII characters');

/**
 * Reads a key of 32 bytes.
 *
 * @param text base64 or hexadecimal.
 * @returns the key; undefined when it has another length.
 */
export function parseEncryptionKey(text: string): Buffer | undefined {
  const key = /^[0-9a-f]{64}$/i.test(text) ? Buffer.from(text, 'hex') : Buffer.from(text, 'base64');
  return key.length === 32 ? key : undefined;
}

const keyForm = '32 bytes, base64 or hexadecimal';

/** A key of 32 bytes. */
export const encryptionKey = () =>
  z.string(`must be set, to ${keyForm}`).transform((text, issues) => {
    const key = parseEncryptionKey(text);
    if (!key) issues.addIssue(`must be ${keyForm}`);
    return key ?? z.NEVER;
  });

const pairsOf = (text: string): string[] => text.split(/[,\s]+/).filter((pair) => pair !== '');

/** `host:port` pairs with commas or blanks between. */
export const hostPortPairs = () => z.string().default('').transform(pairsOf);

function isAddressRange(text: string): boolean {
  const [address = '', bits = '0', ...more] = text.split('/');
  const mostBits = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
  return more.length === 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= mostBits;
}

const rangesForm = 'must be IP addresses, or ranges such as 10.0.0.0/8, with commas between';

/** IP addresses and ranges of them, with commas or blanks between. */
export const addressRanges = () =>
  z
    .string()
    .default('')
    .transform(pairsOf)
    .refine((ranges) => ranges.every(isAddressRange), rangesForm);

const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const;

/** The least level that is logged. */
export const logLevel = () => z.enum(logLevels, `must be one of ${logLevels.join(', ')}`).default('info');

/** The address that ports listen on. */
export const bindAddress = () => z.string().min(1).default('127.0.0.1');

import { z } from 'zod';

const ipv4 = /^(?:\d{1,3}\.){3}\d{1,3}:\d{1,5}$/;
const ipv6 = /^\[[0-9a-f:.]+\]:\d{1,5}$/i;
const named = /^[a-z\d](?:[a-z\d.-]*[a-z\d])?:\d{1,5}$/i;
const target = /^(?:dns:\/\/[^/]*\/.+|ipv4:.+|ipv6:.+|unix:.+)$/;

/**
 * Reads where a service's gRPC servers are.
 *
 * @param text `host:port`, IP addresses with ports and commas between, or a target of gRPC such as `dns:///routing:9090`.
 * @returns a target whose addresses are all used in turn; undefined when it is none of these.
 */
export function parseGrpcAddress(text: string): string | undefined {
  if (target.test(text)) return text;
  const parts = text.split(',').map((part) => part.trim());
  if (parts.every((part) => ipv4.test(part))) return `ipv4:${parts.join(',')}`;
  if (parts.every((part) => ipv6.test(part))) return `ipv6:${parts.join(',')}`;
  const [name = ''] = parts;
  return parts.length === 1 && named.test(name) ? `dns:///${name}` : undefined;
}

/** Where a service's gRPC servers are. */
export const grpcAddress = (fallback: string) =>
  z
    .string()
    .default(fallback)
    .transform((text, issues) => {
      const address = parseGrpcAddress(text);
      if (address === undefined)
        issues.addIssue('must be host:port, dns:///name:port, or IP addresses with ports and commas between');
      return address ?? z.NEVER;
    });

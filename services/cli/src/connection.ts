import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Client, type ClientOptions, createClient, type ServiceDefinition } from '@omnigate/rpc';
import { CommandError, exitCode, usageError } from './command-error';
import type { Terminal } from './terminal';

/** Where the server is and the key to it. */
export interface ServerAddress {
  /** `host:port` of gRPC. */
  address: string;
  apiKey: string;
}

/** A server with the tenant that a command works in. */
export interface Server {
  /** `host:port` of gRPC. */
  address: string;
  /**
   * Makes a client of a service; one per service and command.
   *
   * @param definition such as `BotServiceService`.
   * @param options how it differs from the others.
   */
  client<D extends ServiceDefinition>(
    definition: D,
    options?: Pick<ClientOptions, 'deadlineMs' | 'idempotent'>,
  ): Client<D>;
  close(): void;
}

/** Options that every command has. */
export interface GlobalOptions {
  tenant?: string;
  server?: string;
}

const fileName = 'credentials.json';

/** The folder that holds the repository: this file is services/cli/dist/connection.js in it. */
const repositoryRoot = resolve(__dirname, '..', '..', '..');

/** Paths where a server may have left its credentials, the likeliest first. */
const credentialPaths = ({ env, folder }: Terminal): string[] =>
  env.OMNIGATE_DATA_DIR
    ? [resolve(folder, env.OMNIGATE_DATA_DIR, fileName)]
    : [...new Set([folder, repositoryRoot])].map((root) => join(root, '.omnigate', fileName));

function readCredentials(terminal: Terminal): (ServerAddress & { path: string }) | undefined {
  const path = credentialPaths(terminal).find((candidate) => existsSync(candidate));
  if (path === undefined) return undefined;
  try {
    const kept = JSON.parse(readFileSync(path, 'utf8')) as { grpc_address?: unknown; api_key?: unknown };
    return { address: String(kept.grpc_address ?? ''), apiKey: String(kept.api_key ?? ''), path };
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? 'not JSON';
    throw new CommandError(
      `${path} can not be read (${reason})`,
      exitCode.unreachable,
      'Run as the user who started Omnigate, or set OMNIGATE_GRPC_ADDRESS and OMNIGATE_API_KEY.',
    );
  }
}

/**
 * Finds the server: by `--server` or OMNIGATE_GRPC_ADDRESS with OMNIGATE_API_KEY, else by what a server left in its
 * data folder. A key from a file is only ever sent to the address of the same file.
 *
 * @param options of the command line.
 * @param terminal environment and folder.
 * @returns address and key.
 * @throws CommandError when there is none: exit 3 without a server, 2 without a key for the one that is named.
 */
export function findServer(options: GlobalOptions, terminal: Terminal): ServerAddress {
  const { env } = terminal;
  const named = options.server ?? env.OMNIGATE_GRPC_ADDRESS ?? '';
  const key = env.OMNIGATE_API_KEY ?? '';
  if (named !== '' && key !== '') return { address: named, apiKey: key };
  const kept = readCredentials(terminal);
  if (named !== '' && named !== kept?.address)
    throw usageError(`no API key for ${named}`, 'Set OMNIGATE_API_KEY to a key of that server.');
  if (!kept || kept.address === '') throw noServer(terminal);
  if (key === '' && kept.apiKey === '')
    throw usageError(
      `${kept.path} holds no API key`,
      'The database was made elsewhere: set OMNIGATE_API_KEY to a key of it.',
    );
  return { address: kept.address, apiKey: key || kept.apiKey };
}

const noServer = (terminal: Terminal): CommandError =>
  new CommandError(
    `no server found: no ${credentialPaths(terminal).join(', nor ')}`,
    exitCode.unreachable,
    'Start it with `npm start`; or set OMNIGATE_DATA_DIR to its data folder, or OMNIGATE_GRPC_ADDRESS and OMNIGATE_API_KEY.',
  );

/**
 * Opens a server; nothing is sent before the first call.
 *
 * @param options of the command line.
 * @param terminal environment and folder.
 * @returns the server; close it at the end.
 */
export function openServer(options: GlobalOptions, terminal: Terminal): Server {
  const { address, apiKey } = findServer(options, terminal);
  const tenant = options.tenant ? { tenant: options.tenant } : {};
  const open = new Map<ServiceDefinition, { close(): void }>();
  return {
    address,
    client<D extends ServiceDefinition>(definition: D, more: Partial<ClientOptions> = {}): Client<D> {
      const known = open.get(definition) as (Client<D> & { close(): void }) | undefined;
      if (known) return known;
      const made = createClient(definition, { address, apiKey, deadlineMs: 30_000, ...tenant, ...more });
      open.set(definition, made);
      return made;
    },
    close() {
      for (const client of open.values()) client.close();
    },
  };
}

import { existsSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import { type Cluster, clusterName } from './cluster';

/** A socket's address holds 104 bytes on macOS and 108 on Linux; its name in the folder takes 15. */
const socketFolderLimit = 85;

/**
 * Where the server puts a UNIX socket: a quarter cheaper for every statement than a port, in both processes. The
 * data directory itself, which nobody else can enter; '' where its path is too long.
 */
export function socketFolder(cluster: Cluster): string {
  return Buffer.byteLength(cluster.directory) <= socketFolderLimit && !cluster.directory.includes(',')
    ? cluster.directory
    : '';
}

function tcpUrl(cluster: Cluster, port: number, database: string): URL {
  return new URL(
    `postgres://${clusterName}:${encodeURIComponent(cluster.password)}@127.0.0.1:${port}/${database}`,
  );
}

/**
 * The connection string of the embedded database. It names the port, and in the parameter `host` the socket's
 * folder, which wins, where there is a socket.
 */
export function clusterUrl(cluster: Cluster, port: number): string {
  const url = tcpUrl(cluster, port, clusterName);
  const folder = socketFolder(cluster);
  if (folder && existsSync(join(folder, `.s.PGSQL.${port}`))) url.searchParams.set('host', folder);
  return url.href;
}

/**
 * Logs in as the superuser and makes sure that the server is that of this cluster.
 * @param timeoutMs how long the server may take to answer
 * @returns a connection; undefined when nothing answers, another server does, or our password isn't its
 */
export async function logIn(cluster: Cluster, port: number, timeoutMs: number): Promise<Client | undefined> {
  const client = new Client({
    connectionString: tcpUrl(cluster, port, 'postgres').href,
    application_name: 'omnigate-owner',
    connectionTimeoutMillis: timeoutMs,
    keepAlive: true,
  });
  client.on('error', () => undefined); // the caller listens for 'end', which follows
  try {
    await client.connect();
    const question = {
      text: "select current_setting('data_directory') as directory",
      query_timeout: timeoutMs,
    };
    const { rows } = await client.query<{ directory: string }>(question);
    if (rows[0] && (await realpath(rows[0].directory)) === (await realpath(cluster.directory))) return client;
  } catch {
    // starting, wedged or foreign: all the same here
  }
  void client.end().catch(() => undefined);
  return undefined;
}

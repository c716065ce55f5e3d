import { realpath } from 'node:fs/promises';
import { Client } from 'pg';
import { type Cluster, clusterName } from './cluster';

/** The connection string of a database of the embedded server. */
export function clusterUrl(cluster: Cluster, port: number, database: string = clusterName): string {
  return `postgres://${clusterName}:${encodeURIComponent(cluster.password)}@127.0.0.1:${port}/${database}`;
}

/**
 * Logs in as the superuser and makes sure that the server is that of this cluster.
 * @param timeoutMs how long the server may take to answer
 * @returns a connection; undefined when nothing answers, another server does, or our password isn't its
 */
export async function logIn(cluster: Cluster, port: number, timeoutMs: number): Promise<Client | undefined> {
  const client = new Client({
    connectionString: clusterUrl(cluster, port, 'postgres'),
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

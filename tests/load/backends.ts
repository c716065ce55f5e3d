import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { createDatabase } from '@omnigate/database';
import { createLogger } from '@omnigate/runtime';

/**
 * Which part of Omnigate each connection of its embedded PostgreSQL serves.
 *
 * @param dataFolder the data folder of a running Omnigate.
 * @returns application names, such as "omnigate-routing", by the process id of the connection's server process.
 */
export async function backendNames(dataFolder: string): Promise<Map<number, string>> {
  const record = readdirSync(dataFolder, { recursive: true })
    .map(String)
    .find((path) => basename(path) === 'postgres.json');
  const { port, password } = JSON.parse(readFileSync(join(dataFolder, record ?? ''), 'utf8')) as {
    port: number;
    password: string;
  };
  const role = 'omnigate';
  const database = createDatabase({
    url: `postgres://${role}:${encodeURIComponent(password)}@127.0.0.1:${port}/omnigate`,
    ...{ schema: 'public', role, poolSize: 1, applicationName: 'bench' },
    logger: createLogger({ service: 'bench', level: 'silent' }),
  });
  try {
    const rows = await database.query<{ pid: number; application_name: string }>({
      text: "select pid, application_name from pg_stat_activity where application_name like 'omnigate-%'",
    });
    return new Map(rows.map((row) => [row.pid, row.application_name]));
  } finally {
    await database.end();
  }
}

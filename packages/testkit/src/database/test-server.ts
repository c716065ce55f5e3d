import { startEmbeddedPostgres } from '@omnigate/database';
import { createLogger } from '@omnigate/runtime';
import { dockerAnswers } from '../docker';
import { announce, awaitAnnouncement, claimFolder, startWatchdog, testRunFolder } from '../test-run';
import { startPostgresContainer } from './container';

/** A PostgreSQL for tests. */
export interface TestDatabase {
  /** URL of a login that may make databases and roles. */
  url: string;
}

const startTimeoutMs = 120_000;

/** Waits for the test run to be gone, then ends the server (its data is worth nothing) and removes the folder. */
const watchdogScript = `
  while kill -0 "$1" 2>/dev/null; do sleep 1; done
  server=$(head -n 1 "$2/postgres/postmaster.pid" 2>/dev/null)
  if [ -n "$server" ]; then
    kill -QUIT "$server" 2>/dev/null
    for i in 1 2 3 4 5 6 7 8 9 10; do kill -0 "$server" 2>/dev/null || break; sleep 1; done
  fi
  rm -rf "$2"`;

/** Tests put proxies between a service and its database, so they get host and port alone. */
function withoutSocket(url: string): string {
  const plain = new URL(url);
  plain.searchParams.delete('host');
  return plain.href;
}

async function startEmbedded(folder: string): Promise<string> {
  const logger = createLogger({ service: 'test-database', level: 'silent' });
  const server = await startEmbeddedPostgres({ dataDir: folder, logger, unsafeNoSync: true });
  await server.leave();
  return withoutSocket(server.url);
}

/** The embedded one comes with the packages and starts within a second; Docker is for systems that it does not know. */
async function startSomewhere(folder: string): Promise<string> {
  try {
    return await startEmbedded(folder);
  } catch (error) {
    if (await dockerAnswers()) return startPostgresContainer();
    throw error;
  }
}

async function startServer(folder: string): Promise<void> {
  startWatchdog(watchdogScript, folder);
  try {
    await announce<TestDatabase>(folder, { url: await startSomewhere(folder) });
  } catch (error) {
    await announce<TestDatabase>(folder, { error: String(error) });
  }
}

let started: Promise<TestDatabase> | undefined;

/**
 * The PostgreSQL of this test run: that of DATABASE_URL_TEST, else an embedded one with fsync off, else one in Docker;
 * all workers of the run share it, and it ends with the run.
 */
export function startTestDatabase(): Promise<TestDatabase> {
  started ??= locate();
  return started;
}

async function locate(): Promise<TestDatabase> {
  const given = process.env.DATABASE_URL_TEST;
  if (given) return { url: given };
  const folder = testRunFolder('test');
  if (await claimFolder(folder)) await startServer(folder);
  return awaitAnnouncement<TestDatabase>(folder, 'The test database', startTimeoutMs);
}

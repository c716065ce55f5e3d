const image = 'postgres:18';
const port = 5432;
const login = 'omnigate';

/**
 * Starts a PostgreSQL in Docker, as fast and as unsafe as tests want it; testcontainers ends it with the run.
 * @returns a superuser's URL
 */
export async function startPostgresContainer(): Promise<string> {
  // Heavy, and of use only where there is Docker.
  const { GenericContainer, Wait } = await import('testcontainers');
  const container = await new GenericContainer(image)
    .withEnvironment({
      POSTGRES_USER: login,
      POSTGRES_PASSWORD: login,
      POSTGRES_INITDB_ARGS: '--encoding=UTF8 --locale=C.UTF-8',
    })
    .withCommand(['postgres', '-c', 'fsync=off', '-c', 'full_page_writes=off', '-c', 'max_connections=250'])
    .withExposedPorts(port)
    // The image starts it twice: the first one sets up the database and takes no connections from outside.
    .withWaitStrategy(Wait.forLogMessage(/database system is ready to accept connections/, 2))
    .start();
  return `postgres://${login}:${login}@${container.getHost()}:${container.getMappedPort(port)}/${login}`;
}

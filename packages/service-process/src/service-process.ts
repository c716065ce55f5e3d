import { busSchema } from '@omnigate/bus';
import { migrate, type ServiceSchema } from '@omnigate/database';
import type { DirectoryCache } from '@omnigate/directory-cache';
import { createServer, type RpcService } from '@omnigate/rpc';
import type { Health, Part, ServiceApp } from '@omnigate/runtime';
import type { FastifyInstance } from 'fastify';
import type { ZodType } from 'zod';
import { createFoundation, type Foundation, type FoundationOptions, type OpenFoundation } from './foundation';
import { createHttpServer } from './http-server';
import { listenGrpc } from './ports';
import type { ProcessConfig } from './process-fields';
import { authenticateServices } from './service-key';
import { unlessAborted, untilThere } from './waiting';

/** A service that runs in a process of its own. */
export interface ServiceProcess<C extends ProcessConfig> {
  /** Such as `routing`. */
  name: string;
  configSchema: ZodType<C>;
  schema: ServiceSchema;
  /** To the database at most, those of the bus aside. */
  connections: number;
  /**
   * Builds the service; nothing is reached yet.
   *
   * @returns the service, and where callers' keys and tenants are looked up.
   */
  compose(
    config: C,
    foundation: Foundation,
  ): { app: ServiceApp<RpcService, FastifyInstance>; directory: DirectoryCache };
}

/** A service with all around it, before its start. */
export interface ComposedService {
  /** With its routes, but not listening: health is answered while the parts wait for what they need. */
  http: FastifyInstance;
  health: Health;
  parts: Part[];
  /** `host:port` once it listens; undefined for a service that serves no gRPC. */
  grpcAddress(): string | undefined;
}

/** What composing needs. */
export interface ComposeOptions<C extends ProcessConfig> extends FoundationOptions<C> {
  /** The process is to end, even while it waits. */
  signal: AbortSignal;
}

const retryAfterSeconds = 5;
/** A replica that is new has its share of the calls after so long at most. */
const maxConnectionAgeMs = 60_000;

/**
 * Puts a service together with its ports, its database, the bus and directory.
 *
 * @param definition the service.
 * @param options its configuration.
 * @returns what is to be started.
 */
export function composeService<C extends ProcessConfig>(
  definition: ServiceProcess<C>,
  options: ComposeOptions<C>,
): ComposedService {
  const { config, logger } = options;
  const foundation = createFoundation(definition, options);
  const { health, metrics } = foundation;
  const { app, directory } = definition.compose(config, foundation);
  const http = createHttpServer({ health, metrics, trustProxy: config.OMNIGATE_TRUST_PROXY });
  const started = flag(health, 'started');
  // In a scope of their own: health and metrics answer all the time.
  void http.register(async (routes: FastifyInstance) => {
    routes.addHook('onRequest', async (_request, reply) => {
      if (started.up) return;
      await reply.status(503).header('retry-after', retryAfterSeconds).send({ error: 'the service starts' });
    });
    app.http?.(routes);
  });
  let grpcAddress: string | undefined;
  const rpc = createServer({
    services: app.rpc,
    authenticate: authenticateServices(config.OMNIGATE_SERVICE_KEY, directory.authenticate),
    resolveTenant: directory.resolveTenant,
    logger,
    metrics,
    health,
    maxConnectionAgeMs,
  });
  const grpc: Part = {
    name: 'gRPC',
    async start() {
      grpcAddress = await listenGrpc(rpc, config);
    },
    stop: () => rpc.stop(),
  };
  return {
    http,
    health,
    grpcAddress: () => grpcAddress,
    parts: [
      ...dependencies(definition, foundation, options),
      {
        name: 'directory cache',
        start: () => untilThere(directory.start, { what: 'bus', ...options }),
        stop: () => directory.stop(),
      },
      {
        name: definition.name,
        start: () => unlessAborted(app.start(), options.signal),
        stop: () => app.stop(),
      },
      ...(app.rpc.length > 0 ? [grpc] : []),
      {
        name: 'HTTP',
        async start() {
          started.up = true;
        },
        stop: () => http.close(),
      },
    ],
  };
}

/** A readiness check that waits for one moment. */
function flag(health: Health, name: string): { up: boolean } {
  const check = { up: false };
  health.addReadiness(name, () => check.up);
  return check;
}

/** What a service waits for when it starts, in the order in which each needs the ones before. */
function dependencies<C extends ProcessConfig>(
  definition: ServiceProcess<C>,
  foundation: OpenFoundation,
  options: ComposeOptions<C>,
): Part[] {
  const { database, bus, state, health } = foundation;
  const { config, logger } = options;
  const { DATABASE_URL: url, DATABASE_MIGRATION_URL: migrationUrl = url } = config;
  const schemas = [busSchema, definition.schema];
  const awaited = (name: string, attempt: () => Promise<void>, stop: () => Promise<void>): Part => {
    const reached = flag(health, name);
    const start = async (): Promise<void> => {
      await untilThere(attempt, { what: name, ...options });
      reached.up = true;
    };
    return { name, start, stop };
  };
  const parts = [
    awaited(
      'schema',
      () => migrate(migrationUrl, schemas, logger, url),
      () => database.end(),
    ),
    { name: 'state', stop: () => state.stop() },
    awaited(
      'bus',
      () => bus.start(),
      () => bus.stop(),
    ),
    awaited('directory', foundation.greetDirectory, async () => foundation.closeClients()),
  ];
  health.addReadiness('database', async () => (await database.query({ text: 'select 1' })).length > 0);
  return parts;
}

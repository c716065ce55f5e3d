import {
  type ServiceDefinition as GrpcServiceDefinition,
  Server,
  ServerCredentials,
  type ServerInterceptingCallInterface,
} from '@grpc/grpc-js';
import { AppError } from '@omnigate/errors';
import type { Health, Logger, Metrics } from '@omnigate/runtime';
import { HealthImplementation } from 'grpc-health-check';
import type { Authentication } from './authentication';
import { createCallObserver } from './call-record';
import { createConnectionGate } from './connection-gate';
import { toGrpcStatus } from './grpc-error';
import type { Role } from './identity';
import { addReflection } from './reflection';
import { grpcHandlers, type RunningCall } from './server-handlers';
import { createServerInterceptor } from './server-interceptor';
import { type RpcService, serviceName } from './service';

/** What createServer needs. */
export interface ServerOptions extends Authentication {
  services: readonly RpcService[];
  logger: Logger;
  metrics: Metrics;
  health: Health;
  /**
   * A connection is ended gently after about so long, so that its client looks up addresses anew and finds replicas that
   * came since; default: never.
   */
  maxConnectionAgeMs?: number;
}

/** A gRPC server. */
export interface RpcServer {
  /**
   * @param port 0 for any free one
   * @returns the port that it listens on
   */
  listen(host: string, port: number): Promise<number>;
  /**
   * Tells health checks, ends streams with UNAVAILABLE so that their callers go elsewhere, lets unary calls finish.
   * @param deadlineMs after so many milliseconds what still runs is cut, with UNAVAILABLE; default 10,000
   */
  stop(deadlineMs?: number): Promise<void>;
}

const limits = {
  'grpc.max_receive_message_length': 4 * 1024 * 1024,
  'grpc.max_concurrent_streams': 1_000,
  // A peer that does not answer a ping is gone; so is one that never spoke HTTP/2.
  'grpc.keepalive_time_ms': 60_000,
  'grpc.keepalive_timeout_ms': 20_000,
  'grpc.max_connection_idle_ms': 300_000,
};

// Callers that are cut off are told so first; their answers need that long to leave.
const cutAfterMs = 500;

/**
 * Makes a server of these services, with health checking and reflection, which are open without a key. Calls need
 * `authorization: Bearer <API key>`; a unary call without a deadline gets 30 s.
 */
export function createServer(o: ServerOptions): RpcServer {
  const running = new Set<RunningCall>();
  const openCalls = new Set<ServerInterceptingCallInterface>();
  const observer = createCallObserver(o);
  const interceptor = createServerInterceptor({ ...o, allow: rolesByPath(o.services), observer, openCalls });
  const age =
    o.maxConnectionAgeMs === undefined ? {} : { 'grpc.max_connection_age_ms': o.maxConnectionAgeMs };
  const server = new Server({ ...limits, ...age, interceptors: [interceptor] });
  for (const service of o.services) {
    server.addService(service.definition as unknown as GrpcServiceDefinition, grpcHandlers(service, running));
  }
  const injector = server.createConnectionInjector(ServerCredentials.createInsecure());
  const gate = createConnectionGate((socket) => injector.injectConnection(socket));
  const setServing = addHealth(server, o.services);
  addReflection(server);
  o.health.onStopping(() => setServing(false));

  return {
    async listen(host, port) {
      const bound = await gate.listen(host, port);
      setServing(true);
      o.logger.info({ host, port: bound }, 'gRPC listens');
      return bound;
    },
    async stop(deadlineMs = 10_000) {
      setServing(false);
      // grpc-js does not wait for connections that it did not accept itself; the gate does.
      const closed = Promise.all([
        gate.close(),
        new Promise<void>((resolve) => server.tryShutdown(() => resolve())),
      ]);
      const leaving = new AppError('UNAVAILABLE', { reason: 'the server stops' });
      for (const call of running) if (call.stream) call.scope.abort(leaving);
      for (const call of openCalls) call.sendStatus(toGrpcStatus(leaving));
      const sayingSo = setTimeout(() => {
        for (const call of running) call.scope.abort(leaving);
      }, deadlineMs - cutAfterMs);
      const cutting = setTimeout(() => {
        server.forceShutdown();
        gate.cut();
      }, deadlineMs);
      await closed;
      clearTimeout(sayingSo);
      clearTimeout(cutting);
    },
  };
}

function rolesByPath(services: readonly RpcService[]): Map<string, readonly Role[]> {
  const roles = new Map<string, readonly Role[]>();
  for (const { definition, allow } of services) {
    for (const [name, { path }] of Object.entries(definition)) roles.set(path, allow[name] ?? []);
  }
  return roles;
}

function addHealth(server: Server, services: readonly RpcService[]): (serving: boolean) => void {
  const names = ['', ...services.map(({ definition }) => serviceName(definition))];
  const health = new HealthImplementation(
    Object.fromEntries(names.map((name) => [name, 'NOT_SERVING' as const])),
  );
  health.addToServer(server);
  return (serving) => {
    for (const name of names) health.setStatus(name, serving ? 'SERVING' : 'NOT_SERVING');
  };
}

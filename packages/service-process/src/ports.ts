import type { RpcServer } from '@omnigate/rpc';
import type { FastifyInstance } from 'fastify';
import { createFurtherSockets } from './further-sockets';
import { listening } from './listening';

/** Where ports are opened, by the variables that say so. */
export interface PortConfig {
  OMNIGATE_BIND: string;
  OMNIGATE_HTTP_PORT: number;
  OMNIGATE_GRPC_PORT?: number | undefined;
}

/**
 * An address that listens everywhere is reached on this machine by loopback.
 *
 * @param bind what is listened on.
 * @returns what to connect to.
 */
export const reachable = (bind: string): string => (bind === '0.0.0.0' || bind === '::' ? '127.0.0.1' : bind);

/**
 * Opens the HTTP port.
 *
 * @param server with all its routes.
 * @param config where.
 * @returns `host:port` that reaches it from this machine.
 * @throws AppError CONFIG_INVALID, naming what to change.
 */
export async function listenHttp(server: FastifyInstance, config: PortConfig): Promise<string> {
  const { OMNIGATE_BIND: host, OMNIGATE_HTTP_PORT: wanted } = config;
  const at = { host, port: wanted, variable: 'OMNIGATE_HTTP_PORT' };
  const further = createFurtherSockets(server.server);
  // Not awaited: http-server.ts closes when the last answer is out, whichever socket it goes by.
  server.addHook('preClose', async () => void further.close());
  await listening(at, (bind, port) =>
    further.listen(bind, port, async (options) => {
      await server.listen(options);
      return portOf(server, port);
    }),
  );
  return `${reachable(host)}:${portOf(server, wanted)}`;
}

function portOf(server: FastifyInstance, wanted: number): number {
  const address = server.addresses()[0];
  return typeof address === 'object' ? address.port : wanted;
}

/**
 * Opens the gRPC port.
 *
 * @param server with all its services.
 * @param config where.
 * @returns `host:port` that reaches it from this machine.
 * @throws AppError CONFIG_INVALID, naming what to change.
 */
export async function listenGrpc(server: RpcServer, config: PortConfig): Promise<string> {
  const { OMNIGATE_BIND: host, OMNIGATE_GRPC_PORT: wanted = 0 } = config;
  const at = { host, port: wanted, variable: 'OMNIGATE_GRPC_PORT' };
  const port = await listening(at, server.listen);
  return `${reachable(host)}:${port}`;
}

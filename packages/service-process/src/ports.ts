import type { RpcServer } from '@omnigate/rpc';
import type { FastifyInstance } from 'fastify';
import { acceptOn } from './accept';
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
  await listening(at, (bind, port) => acceptOn(server, bind, port));
  const address = server.addresses()[0];
  return `${reachable(host)}:${typeof address === 'object' ? address.port : wanted}`;
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

import { AppError } from '@omnigate/errors';
import { createServer, type RpcService } from '@omnigate/rpc';
import { createHealth, createLogger, createMetrics } from '@omnigate/runtime';

const tenantId = '0198c0de-0000-7000-8000-00000000000a';

/** The key that a loopback server knows. */
export const loopbackKey = 'key-of-the-loopback-server';

/**
 * Serves some services over gRPC on a free loopback port, for an owner with loopbackKey.
 *
 * @param services what it serves.
 * @returns its address, and how to stop it.
 */
export async function loopbackServer(
  services: RpcService[],
): Promise<{ address: string; stop(): Promise<void> }> {
  const server = createServer({
    services,
    async authenticate(key) {
      if (key !== loopbackKey) throw new AppError('UNAUTHENTICATED');
      return { tenantId, roles: ['owner'], keyName: 'owner' };
    },
    resolveTenant: async () => tenantId,
    logger: createLogger({ service: 'test', level: 'silent' }),
    metrics: createMetrics(),
    health: createHealth(),
  });
  const port = await server.listen('127.0.0.1', 0);
  return { address: `127.0.0.1:${port}`, stop: () => server.stop(1_000) };
}

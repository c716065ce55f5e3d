import replyFrom from '@fastify/reply-from';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Providers } from '../providers';

/** Where the played WeChat and the played order system are reached, below the installation's own URL. */
export const providerPaths = { wechat: '/demo/providers/wechat', orders: '/demo/providers/orders' } as const;

/**
 * Adds what WeChat and the order system answer. They are reached on the installation's own port, so that the demo's
 * channel and connector name the same address after every start.
 */
export async function registerProviderRoutes(server: FastifyInstance, providers: Providers): Promise<void> {
  await server.register(replyFrom);
  // Bodies pass as they come: a provider reads them, not this server.
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
  const pass =
    (prefix: string, urlOf: () => Promise<string>) => async (request: FastifyRequest, reply: FastifyReply) =>
      reply.from(`${await urlOf()}${(request.raw.url ?? '').slice(prefix.length)}`);
  const { wechat, orders } = providerPaths;
  // Only what WeChat itself has: what steers the simulator stays inside.
  server.all(
    `${wechat}/cgi-bin/*`,
    pass(wechat, async () => (await providers.wechat()).url),
  );
  for (const path of ['orders', 'bills', 'room']) {
    server.get(
      `${orders}/${path}`,
      pass(orders, async () => (await providers.orders()).url),
    );
  }
}

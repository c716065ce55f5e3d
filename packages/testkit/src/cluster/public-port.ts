import { once } from 'node:events';
import { createServer } from 'node:net';
import { type Listening, listening } from '@omnigate/service-process';

/**
 * Finds out whether a public port can be had, before anything is started for it.
 *
 * @param at where, and the variable that says so.
 * @returns the port, a free one for 0.
 * @throws AppError CONFIG_INVALID, naming what to change.
 */
export function claimPublicPort(at: Listening): Promise<number> {
  return listening(at, async (host, port) => {
    const server = createServer();
    server.listen({ host, port, exclusive: true });
    await once(server, 'listening');
    const address = server.address();
    server.close();
    await once(server, 'close');
    return typeof address === 'object' && address ? address.port : port;
  });
}

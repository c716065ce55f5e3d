import { AppError } from '@omnigate/errors';
import { isLoopbackAddress, isLoopbackUrl } from '@omnigate/installation';
import type { FastifyInstance } from 'fastify';

/**
 * Lets nobody but a person at this machine act in the demo: it shows the figures of a tenant, and moves its tickets,
 * without a key. A page of another origin is refused too, which could act in that person's browser, and
 * so is one whose name was made to lead to this machine, whose requests are of its own origin.
 *
 * @param server whose routes these are.
 * @param publicUrl where the installation is reached.
 */
export function admitLocalVisitorsOnly(server: FastifyInstance, publicUrl: string): void {
  const local = isLoopbackUrl(publicUrl);
  server.addHook('onRequest', async (request) => {
    const site = request.headers['sec-fetch-site'];
    const { host = '' } = request.headers;
    const named = URL.canParse(`http://${host}`) && isLoopbackUrl(`http://${host}`);
    const own = site === undefined || site === 'same-origin' || site === 'none';
    if (!local || !isLoopbackAddress(request.ip) || !named || !own) throw new AppError('PERMISSION_DENIED');
  });
}

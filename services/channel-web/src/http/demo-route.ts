import type { DirectoryCache } from '@omnigate/directory-cache';
import { isAppError } from '@omnigate/errors';
import type { FastifyInstance } from 'fastify';
import { renderDemoPage, renderMissingDemoPage } from '../demo/demo-page';

/** What the demo page needs. */
export interface DemoRouteDeps {
  directory: Pick<DirectoryCache, 'resolveTenant' | 'channelByName'>;
  publicUrl: string;
}

/** Where the demo data puts its chat. */
const demoTenant = 'default';
const demoChannel = 'demo-web';

/** The id of the demo's channel; undefined where there is none. */
async function demoChannelId(directory: DemoRouteDeps['directory']): Promise<string | undefined> {
  const tenantId = await directory.resolveTenant(demoTenant).catch((error: unknown) => {
    if (isAppError(error, 'NOT_FOUND')) return undefined;
    throw error;
  });
  return tenantId && (await directory.channelByName(tenantId, demoChannel))?.id;
}

/** Adds `GET /demo`. */
export function registerDemoRoute(server: FastifyInstance, { directory, publicUrl }: DemoRouteDeps): void {
  server.get('/demo', async (_request, reply) => {
    const channelId = await demoChannelId(directory);
    const page = channelId ? renderDemoPage(channelId, publicUrl) : renderMissingDemoPage();
    return reply
      .status(channelId ? 200 : 404)
      .headers({
        'content-security-policy': page.contentSecurityPolicy,
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'referrer-policy': 'no-referrer',
        'cache-control': 'no-cache',
      })
      .type('text/html; charset=utf-8')
      .send(page.html);
  });
}

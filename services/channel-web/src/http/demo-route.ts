import type { FastifyInstance } from 'fastify';
import { renderDemoPage, renderMissingDemoPage } from '../demo/demo-page';

/** What the demo page needs. */
export interface DemoRouteDeps {
  /** Id of the demo channel; undefined where there is none. */
  demoChannelId(): string | undefined;
  publicUrl: string;
}

/** Adds `GET /demo`. */
export function registerDemoRoute(
  server: FastifyInstance,
  { demoChannelId, publicUrl }: DemoRouteDeps,
): void {
  server.get('/demo', async (_request, reply) => {
    const channelId = demoChannelId();
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

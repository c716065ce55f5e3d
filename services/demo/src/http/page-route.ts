import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DirectoryCache } from '@omnigate/directory-cache';
import { isLoopbackUrl } from '@omnigate/installation';
import type { FastifyInstance } from 'fastify';
import { channelNames } from '../demo-names';
import type { DemoTenant } from '../demo-tenant';
import { renderDemoPage, renderMissingDemoPage } from '../page/demo-page';

/** What the demo page needs. */
export interface PageRouteDeps {
  directory: Pick<DirectoryCache, 'channelByName'>;
  tenant: DemoTenant;
  publicUrl: string;
  shown: boolean;
}

const bundlePath = join(__dirname, '..', '..', 'dist', 'demo.js');

/** Adds `GET /demo` and its script. */
export function registerPageRoute(server: FastifyInstance, deps: PageRouteDeps): void {
  let script: Buffer | undefined;

  async function hasChannel(tenantId: string, name: string): Promise<string | undefined> {
    return (await deps.directory.channelByName(tenantId, name))?.id;
  }

  server.get('/demo', async (_request, reply) => {
    const tenantId = deps.shown ? await deps.tenant.find() : undefined;
    const web = tenantId && (await hasChannel(tenantId, channelNames.web));
    const wechat = tenantId && (await hasChannel(tenantId, channelNames.wechat));
    const phones = wechat !== undefined && isLoopbackUrl(deps.publicUrl);
    const page = web
      ? renderDemoPage({ channelId: web, publicUrl: deps.publicUrl, phones })
      : renderMissingDemoPage();
    return reply
      .status(web ? 200 : 404)
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

  if (!deps.shown) return;
  server.get('/demo/demo.js', async (_request, reply) => {
    script ??= readFileSync(bundlePath);
    return reply.header('cache-control', 'no-cache').type('text/javascript; charset=utf-8').send(script);
  });
}

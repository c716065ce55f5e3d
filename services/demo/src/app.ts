import type {
  AnalyticsServiceService,
  RegistryServiceService,
  TicketServiceService,
} from '@omnigate/contracts';
import type { DirectoryCache } from '@omnigate/directory-cache';
import type { MediaLinks, MediaStore } from '@omnigate/media';
import type { Client, RpcService } from '@omnigate/rpc';
import type { Logger, ServiceApp } from '@omnigate/runtime';
import type { FastifyInstance } from 'fastify';
import { createDemoTenant } from './demo-tenant';
import { answerErrors } from './http/errors';
import { registerPageRoute } from './http/page-route';
import { registerProviderRoutes } from './http/provider-routes';
import { registerReportRoute } from './http/report-route';
import { registerTicketRoutes } from './http/ticket-routes';
import { admitLocalVisitorsOnly } from './http/visitor';
import { registerWechatRoutes } from './http/wechat-routes';
import { createProviders } from './providers';
import { createFormTexts } from './ticket-details';

/** What the demo stands on. */
export interface DemoDeps {
  directory: DirectoryCache;
  registry: Client<RegistryServiceService>;
  tickets: Client<TicketServiceService>;
  analytics: Client<AnalyticsServiceService>;
  media: MediaStore;
  mediaLinks: MediaLinks;
  logger: Logger;
  /** `OMNIGATE_PUBLIC_URL`, without a slash at the end. */
  publicUrl: string;
  /** False where `OMNIGATE_DEMO` is 0: then the page says how to make a channel, and nothing else is there. */
  shown: boolean;
}

/** Makes the demo: its page, the provider and the order system that it plays, and what its telephones ask. */
export function createDemo(deps: DemoDeps): ServiceApp<RpcService, FastifyInstance> {
  const tenant = createDemoTenant(deps.directory);
  const shared = { ...deps, tenant };
  const providers = createProviders(shared);
  return {
    rpc: [],
    http(server) {
      registerPageRoute(server, shared);
      if (!deps.shown) return;
      server.register(async (played: FastifyInstance) => {
        admitLocalVisitorsOnly(played, deps.publicUrl);
        answerErrors(played, deps.logger);
        await registerProviderRoutes(played, providers);
      });
      server.register(async (api: FastifyInstance) => {
        admitLocalVisitorsOnly(api, deps.publicUrl);
        answerErrors(api, deps.logger);
        api.addHook('onSend', async (_request, reply) => {
          reply.header('cache-control', 'no-store').header('x-content-type-options', 'nosniff');
        });
        api.addContentTypeParser(
          'application/octet-stream',
          { parseAs: 'buffer' },
          (_request, picture, done) => done(null, picture),
        );
        registerWechatRoutes(api, { ...shared, providers });
        registerTicketRoutes(api, { ...shared, formTexts: createFormTexts(deps.registry) });
        registerReportRoute(api, shared);
      });
    },
    start: async () => undefined,
    stop: () => providers.stop(),
  };
}

import { AnalyticsServiceService, TicketServiceService } from '@omnigate/contracts';
import { openProcessMedia, runService } from '@omnigate/service-process';
import { createDemo } from './app';
import { configSchema } from './config';
import { demoSchema } from './schema';

runService(process, {
  name: 'demo',
  configSchema,
  schema: demoSchema,
  connections: 1,
  compose(config, foundation) {
    const { registry, directory } = foundation.reachDirectory(config.OMNIGATE_DIRECTORY_ADDRESS);
    const app = createDemo({
      ...foundation,
      ...openProcessMedia(config),
      registry,
      directory,
      tickets: foundation.connect(TicketServiceService, config.OMNIGATE_TICKET_ADDRESS),
      analytics: foundation.connect(AnalyticsServiceService, config.OMNIGATE_ANALYTICS_ADDRESS),
      publicUrl: config.OMNIGATE_PUBLIC_URL,
      shown: config.OMNIGATE_DEMO === '1',
    });
    return { app, directory };
  },
});

import { AnalyticsServiceService, TicketServiceService } from '@omnigate/contracts';
import { openMediaFoundation, runService } from '@omnigate/service-process';
import { createDemo } from './app';
import { configSchema } from './config';
import { demoSchema } from './schema';

runService(process, {
  name: 'demo',
  configSchema,
  schema: demoSchema,
  connections: 1,
  compose(config, foundation) {
    const media = openMediaFoundation(config, foundation);
    const app = createDemo({
      ...media,
      tickets: foundation.connect(TicketServiceService, config.OMNIGATE_TICKET_ADDRESS),
      analytics: foundation.connect(AnalyticsServiceService, config.OMNIGATE_ANALYTICS_ADDRESS),
      shown: config.OMNIGATE_DEMO === '1',
    });
    return { app, directory: media.directory };
  },
});

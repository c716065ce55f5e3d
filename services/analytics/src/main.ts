import { runService } from '@omnigate/service-process';
import { createAnalytics } from './app';
import { configSchema } from './config';
import { analyticsSchema } from './schema';

runService(process, {
  name: 'analytics',
  configSchema,
  schema: analyticsSchema,
  connections: 4,
  compose(config, foundation) {
    const { registry, directory } = foundation.reachDirectory(config.OMNIGATE_DIRECTORY_ADDRESS);
    return { app: createAnalytics({ ...foundation, registry, directory }), directory };
  },
});

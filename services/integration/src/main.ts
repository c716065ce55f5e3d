import { runService } from '@omnigate/service-process';
import { createIntegration } from './app';
import { configSchema } from './config';
import { integrationSchema } from './schema';

runService(process, {
  name: 'integration',
  configSchema,
  schema: integrationSchema,
  connections: 3,
  compose(config, foundation) {
    const { registry, directory } = foundation.reachDirectory(config.OMNIGATE_DIRECTORY_ADDRESS);
    return { app: createIntegration({ ...foundation, registry, directory }), directory };
  },
});

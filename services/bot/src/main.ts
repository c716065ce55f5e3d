import { IntegrationServiceService } from '@omnigate/contracts';
import { runService } from '@omnigate/service-process';
import { createBot } from './app';
import { configSchema } from './config';
import { botSchema } from './schema';

runService(process, {
  name: 'bot',
  configSchema,
  schema: botSchema,
  connections: 3,
  compose(config, foundation) {
    const { registry, directory } = foundation.reachDirectory(config.OMNIGATE_DIRECTORY_ADDRESS);
    const integration = foundation.connect(IntegrationServiceService, config.OMNIGATE_INTEGRATION_ADDRESS);
    return { app: createBot({ ...foundation, registry, integration }), directory };
  },
});

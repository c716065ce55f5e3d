import { createDirectoryCache } from '@omnigate/directory-cache';
import { createInProcessClient } from '@omnigate/rpc';
import { runService } from '@omnigate/service-process';
import { createDirectory } from './app';
import { configSchema } from './config';
import { directorySchema } from './directory-schema';

runService(process, {
  name: 'directory',
  configSchema,
  schema: directorySchema,
  connections: 5,
  compose(config, foundation) {
    const service = createDirectory({
      ...foundation,
      encryptionKey: config.OMNIGATE_ENCRYPTION_KEY,
      publicUrl: config.OMNIGATE_PUBLIC_URL,
      adminKey: config.OMNIGATE_ADMIN_KEY,
      fetchAllow: config.OMNIGATE_FETCH_ALLOW,
    });
    const app = {
      rpc: service.rpc,
      async start(): Promise<void> {
        await service.start();
        await service.bootstrap();
      },
      stop: service.stop,
    };
    const registry = createInProcessClient(service.registryService);
    return { app, directory: createDirectoryCache({ ...foundation, registry }) };
  },
});

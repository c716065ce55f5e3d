import { openProcessMedia, runService } from '@omnigate/service-process';
import { createChannelWeb } from './app';
import { configSchema } from './config';
import { channelWebSchema } from './store/migrations';

runService(process, {
  name: 'channel-web',
  configSchema,
  schema: channelWebSchema,
  connections: 5,
  compose(config, foundation) {
    const { registry, directory } = foundation.reachDirectory(config.OMNIGATE_DIRECTORY_ADDRESS);
    const app = createChannelWeb({
      ...foundation,
      ...openProcessMedia(config),
      registry,
      directory,
      publicUrl: config.OMNIGATE_PUBLIC_URL,
      sendsInFlight: config.OMNIGATE_SENDS_IN_FLIGHT,
      fetchAllow: config.OMNIGATE_FETCH_ALLOW,
    });
    return { app, directory };
  },
});

import { openProcessMedia, runService } from '@omnigate/service-process';
import { createChannelWebhooks } from './app';
import { configSchema } from './config';
import { channelWebhooksSchema } from './schema';

runService(process, {
  name: 'channel-webhooks',
  configSchema,
  schema: channelWebhooksSchema,
  connections: 5,
  compose(config, foundation) {
    const { registry, directory } = foundation.reachDirectory(config.OMNIGATE_DIRECTORY_ADDRESS);
    const app = createChannelWebhooks({
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

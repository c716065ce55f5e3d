import { openProcessMedia, runService } from '@omnigate/service-process';
import { createChannelEmail } from './app';
import { configSchema } from './config';
import { listenerConfigFrom } from './smtp/listener-config';
import { channelEmailSchema } from './store/schema';

runService(process, {
  name: 'channel-email',
  configSchema,
  schema: channelEmailSchema,
  connections: 5,
  compose(config, foundation) {
    const { registry, directory } = foundation.reachDirectory(config.OMNIGATE_DIRECTORY_ADDRESS);
    const app = createChannelEmail({
      ...foundation,
      ...openProcessMedia(config),
      registry,
      directory,
      publicUrl: config.OMNIGATE_PUBLIC_URL,
      sendsInFlight: config.OMNIGATE_SENDS_IN_FLIGHT,
      fetchAllow: config.OMNIGATE_FETCH_ALLOW,
      listener: listenerConfigFrom(config, config.OMNIGATE_PUBLIC_URL),
    });
    return { app, directory };
  },
});

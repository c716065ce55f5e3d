import { openAdapterFoundation, runService } from '@omnigate/service-process';
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
    const adapter = openAdapterFoundation(config, foundation);
    return {
      app: createChannelEmail({
        ...adapter,
        listener: listenerConfigFrom(config, config.OMNIGATE_PUBLIC_URL),
      }),
      directory: adapter.directory,
    };
  },
});

import { openAdapterFoundation, runService } from '@omnigate/service-process';
import { createChannelWebhooks } from './app';
import { configSchema } from './config';
import { channelWebhooksSchema } from './schema';

runService(process, {
  name: 'channel-webhooks',
  configSchema,
  schema: channelWebhooksSchema,
  connections: 5,
  compose(config, foundation) {
    const adapter = openAdapterFoundation(config, foundation);
    return { app: createChannelWebhooks(adapter), directory: adapter.directory };
  },
});

import { openAdapterFoundation, runService } from '@omnigate/service-process';
import { createChannelWeb } from './app';
import { configSchema } from './config';
import { channelWebSchema } from './store/migrations';

runService(process, {
  name: 'channel-web',
  configSchema,
  schema: channelWebSchema,
  connections: 5,
  compose(config, foundation) {
    const adapter = openAdapterFoundation(config, foundation);
    return { app: createChannelWeb(adapter), directory: adapter.directory };
  },
});

import { openAdapterFoundation, runService } from '@omnigate/service-process';
import { createChannelWechat } from './app';
import { configSchema } from './config';
import { channelWechatSchema } from './store/migrations';

runService(process, {
  name: 'channel-wechat',
  configSchema,
  schema: channelWechatSchema,
  connections: 5,
  compose(config, foundation) {
    const adapter = openAdapterFoundation(config, foundation);
    return { app: createChannelWechat({ ...adapter, catchAll: true }), directory: adapter.directory };
  },
});

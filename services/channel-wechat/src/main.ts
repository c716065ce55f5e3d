import { openProcessMedia, runService } from '@omnigate/service-process';
import { createChannelWechat } from './app';
import { configSchema } from './config';
import { channelWechatSchema } from './store/migrations';

runService(process, {
  name: 'channel-wechat',
  configSchema,
  schema: channelWechatSchema,
  connections: 5,
  compose(config, foundation) {
    const { registry, directory } = foundation.reachDirectory(config.OMNIGATE_DIRECTORY_ADDRESS);
    const app = createChannelWechat({
      ...foundation,
      ...openProcessMedia(config),
      registry,
      directory,
      publicUrl: config.OMNIGATE_PUBLIC_URL,
      sendsInFlight: config.OMNIGATE_SENDS_IN_FLIGHT,
      fetchAllow: config.OMNIGATE_FETCH_ALLOW,
      catchAll: true,
    });
    return { app, directory };
  },
});

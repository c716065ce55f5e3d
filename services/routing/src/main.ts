import { BotServiceService } from '@omnigate/contracts';
import { runService } from '@omnigate/service-process';
import { createRouting } from './app';
import { configSchema } from './config';
import { routingSchema } from './schema';

runService(process, {
  name: 'routing',
  configSchema,
  schema: routingSchema,
  connections: 8,
  compose(config, foundation) {
    const { registry, directory } = foundation.reachDirectory(config.OMNIGATE_DIRECTORY_ADDRESS);
    // Asked again with the same turn, the bot keeps one record of it.
    const bot = foundation.connect(BotServiceService, config.OMNIGATE_BOT_ADDRESS, {
      idempotent: ['ask', 'askMany'],
    });
    return { app: createRouting({ ...foundation, registry, directory, bot }), directory };
  },
});

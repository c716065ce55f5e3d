import { ConversationServiceService } from '@omnigate/contracts';
import { runService } from '@omnigate/service-process';
import { createTicket } from './app';
import { configSchema } from './config';
import { ticketSchema } from './schema';

runService(process, {
  name: 'ticket',
  configSchema,
  schema: ticketSchema,
  connections: 4,
  compose(config, foundation) {
    const { registry, directory } = foundation.reachDirectory(config.OMNIGATE_DIRECTORY_ADDRESS);
    const conversations = foundation.connect(ConversationServiceService, config.OMNIGATE_ROUTING_ADDRESS, {
      idempotent: ['getConversation'],
    });
    return { app: createTicket({ ...foundation, registry, directory, conversations }), directory };
  },
});

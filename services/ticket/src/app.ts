import type { Bus } from '@omnigate/bus';
import { type ConversationServiceService, type RegistryServiceService, topics } from '@omnigate/contracts';
import type { Database } from '@omnigate/database';
import type { DirectoryCache } from '@omnigate/directory-cache';
import type { Client, RpcService } from '@omnigate/rpc';
import type { Logger, ServiceApp } from '@omnigate/runtime';
import { createCatalogue } from './catalogue';
import { createTicketRequested } from './consumers/ticket-requested';
import type { TicketContext } from './context';
import { createTicketService } from './rpc/ticket-service';
import { createSweeper } from './sweeper';

/** What the ticket service needs. */
export interface TicketDeps {
  database: Database;
  bus: Bus;
  registry: Client<RegistryServiceService>;
  directory: DirectoryCache;
  conversations: Client<ConversationServiceService>;
  logger: Logger;
}

/**
 * Builds the ticket service: work for somebody outside the chat, followed to the customer's rating.
 *
 * @param deps what it needs; everything is started already.
 * @returns the service; it never listens.
 */
export function createTicket(deps: TicketDeps): ServiceApp<RpcService, never> {
  const { bus, database } = deps;
  const catalogue = createCatalogue(deps);
  const context: TicketContext = { ...deps, catalogue };
  const sweeper = createSweeper(context);
  const consumer = bus.consume({
    group: 'ticket',
    topics: [topics.ticketRequested],
    database,
    handle: createTicketRequested(context),
  });
  return {
    rpc: [createTicketService(context)],
    async start() {
      catalogue.start();
      await consumer.start();
      sweeper.begin();
    },
    async stop() {
      await sweeper.stop();
      await consumer.stop();
      catalogue.stop();
    },
  };
}

import type { Bus } from '@omnigate/bus';
import { type BotServiceService, type RegistryServiceService, topics } from '@omnigate/contracts';
import type { Database } from '@omnigate/database';
import type { DirectoryCache } from '@omnigate/directory-cache';
import type { Client, RpcService } from '@omnigate/rpc';
import { type Logger, type Metrics, newId, type ServiceApp } from '@omnigate/runtime';
import type { State } from '@omnigate/state';
import { createBusinessEvents } from './consumers/business-event';
import { createMediaStored } from './consumers/media-stored';
import { createMessageReceived } from './consumers/message-received';
import { createMessageStatus } from './consumers/message-status';
import { createTicketChanged } from './consumers/ticket-changed';
import type { RoutingContext } from './context';
import { createIdleSweeper } from './idle-sweeper';
import { createRoutingMetrics } from './metrics';
import { createDispatcher } from './queue/dispatcher';
import { createRetention } from './retention';
import { createContactService } from './rpc/contact-service';
import { createConversationService } from './rpc/conversation-service';
import { createDeliveryService } from './rpc/delivery-service';
import { createRoutingService } from './rpc/routing-service';
import { tenantsOf } from './tenants';
import { createHeldRequests } from './tickets/held-requests';
import { createAskBot } from './turns/ask-bot';
import { createTurnEffects } from './turns/effects';
import { createTurnRunner } from './turns/runner';

/** Under load, batches are read no closer than this: a statement costs more than a row. */
const receivedLingerMs = 40;
const statusLingerMs = 200;

/** What routing needs. */
export interface RoutingDeps {
  database: Database;
  bus: Bus;
  state: State;
  directory: DirectoryCache;
  bot: Client<typeof BotServiceService>;
  registry: Client<RegistryServiceService>;
  logger: Logger;
  metrics: Metrics;
  /** No other process works on this database. */
  exclusive: boolean;
  clock: () => Date;
}

/**
 * Builds routing: contacts, conversations, queues, agents and the turns of the bot.
 *
 * @param deps what it needs; everything is started already.
 * @returns the service; it never listens.
 */
export function createRouting(deps: RoutingDeps): ServiceApp<RpcService, never> {
  const metrics = createRoutingMetrics(deps.metrics);
  const askBot = createAskBot(deps.bot);
  const base = { ...deps, askBot, metrics, tenants: tenantsOf(deps.directory), instance: newId() };
  const dispatcher = createDispatcher(base);
  const effects = createTurnEffects({ ...base, dispatcher });
  const runner = createTurnRunner(base, (result) => effects.add(result));
  effects.startAgain((jobs) => runner.start(jobs));
  const context: RoutingContext = { ...base, dispatcher, runner };
  const retention = createRetention(context);
  const sweeper = createIdleSweeper({ ...context, registry: deps.registry });
  const heldRequests = createHeldRequests(context);
  const { bus, database } = deps;
  const store = createMessageReceived(context);
  const tell = createBusinessEvents(context);
  const consumers = [
    bus.consume({
      group: 'routing',
      topics: [topics.messageReceived],
      lingerMs: receivedLingerMs,
      database,
      handle(tx, records) {
        for (const { tenantId } of records) retention.saw(tenantId);
        return store(tx, records);
      },
    }),
    bus.consume({
      group: 'routing',
      topics: [topics.messageStatus],
      lingerMs: statusLingerMs,
      database,
      handle: createMessageStatus(context),
    }),
    bus.consume({
      group: 'routing',
      topics: [topics.businessEvent],
      database,
      handle(tx, records) {
        for (const { tenantId } of records) retention.saw(tenantId);
        return tell(tx, records);
      },
    }),
    bus.consume({
      group: 'routing',
      topics: [topics.ticketChanged],
      database,
      handle: createTicketChanged(context),
    }),
    bus.consume({
      group: 'routing',
      topics: [topics.mediaStored],
      database,
      handle: createMediaStored(context),
    }),
  ];
  return {
    rpc: [
      createConversationService(context),
      createRoutingService(context),
      createContactService(context),
      createDeliveryService(context),
    ],
    async start() {
      await runner.begin();
      await dispatcher.begin();
      retention.begin();
      sweeper.begin();
      heldRequests.begin();
      // At once: they are of one group, which comes to a halt for each that joins it alone.
      await Promise.all(consumers.map((consumer) => consumer.start()));
    },
    async stop() {
      await retention.stop();
      await sweeper.stop();
      await heldRequests.stop();
      await Promise.all(consumers.map((consumer) => consumer.stop()));
      await runner.stop();
      await dispatcher.stop();
      await effects.drain();
    },
  };
}

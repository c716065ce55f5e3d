import { type Bus, createPostgresBus } from '@omnigate/bus';
import type {
  ContactServiceService,
  ConversationServiceService,
  DeliveryServiceService,
  RoutingServiceService,
} from '@omnigate/contracts';
import { createDatabase, type Database } from '@omnigate/database';
import type { DirectoryCache } from '@omnigate/directory-cache';
import { AppError } from '@omnigate/errors';
import { type Client, createInProcessClient, type Identity, type RpcService } from '@omnigate/rpc';
import { createLogger, createMetrics } from '@omnigate/runtime';
import { createLocalState } from '@omnigate/state';
import type { RoutingContext } from '../src/context';
import { createRoutingMetrics } from '../src/metrics';
import { createDispatcher } from '../src/queue/dispatcher';
import { createContactService } from '../src/rpc/contact-service';
import { createConversationService } from '../src/rpc/conversation-service';
import { createDeliveryService } from '../src/rpc/delivery-service';
import { createRoutingService } from '../src/rpc/routing-service';
import { routingSchema } from '../src/schema';
import { tenantsOf } from '../src/tenants';
import type { AskBot } from '../src/turns/ask-bot';
import { createTurnRunner } from '../src/turns/runner';

/** Routing in one process of a test: real database, bus and handlers; turns and offers are made by the test's own calls. */
export interface RoutingProcess {
  database: Database;
  bus: Bus;
  context: RoutingContext;
  conversations: (identity: Identity) => Client<ConversationServiceService>;
  routing: (identity: Identity) => Client<RoutingServiceService>;
  contacts: (identity: Identity) => Client<ContactServiceService>;
  deliveries: (identity: Identity) => Client<DeliveryServiceService>;
  close(): Promise<void>;
}

/** What a process is made of. */
export interface ProcessOptions {
  /** A superuser's, as `freshDatabase` gives it. */
  url: string;
  directory: DirectoryCache;
  /** Of its database connections; default `test`. */
  name?: string;
  /** What the handlers get in place of the database. */
  wrap?(database: Database): Database;
  /** The bot; default: not there. */
  ask?: AskBot;
}

const logger = createLogger({ service: 'routing-test', level: 'silent' });

/** All turns of a test are this holder's. */
export const holder = 'routing-test';

/** Opens a process; the caller closes it. */
export async function openProcess(o: ProcessOptions): Promise<RoutingProcess> {
  const { url, directory } = o;
  const { schema, role } = routingSchema;
  const pool = { url, schema, role, applicationName: o.name ?? 'test', logger, unsafeNoSync: true };
  const database = createDatabase(pool);
  const bus = createPostgresBus({ url, logger, metrics: createMetrics(), unsafeNoSync: true });
  await bus.start();
  const state = createLocalState();
  const away = () => Promise.reject(new AppError('UNAVAILABLE'));
  const base = {
    database: o.wrap?.(database) ?? database,
    bus,
    state,
    directory,
    tenants: tenantsOf(directory),
    askBot: o.ask ?? away,
    logger,
    metrics: createRoutingMetrics(createMetrics()),
    clock: () => new Date(),
    instance: holder,
    exclusive: false,
  };
  const runner = createTurnRunner(base, async () => undefined);
  const dispatcher = createDispatcher(base);
  // Both take work after they have stopped, and do none of it.
  await runner.stop();
  await dispatcher.stop();
  const context: RoutingContext = { ...base, runner, dispatcher };
  const client =
    <D extends RpcService['definition']>(service: RpcService<D>) =>
    (identity: Identity) =>
      createInProcessClient(service, { identity });
  return {
    database,
    bus,
    context,
    conversations: client(
      createConversationService(context) as RpcService<typeof ConversationServiceService>,
    ),
    routing: client(createRoutingService(context) as RpcService<typeof RoutingServiceService>),
    contacts: client(createContactService(context) as RpcService<typeof ContactServiceService>),
    deliveries: client(createDeliveryService(context) as RpcService<typeof DeliveryServiceService>),
    async close() {
      await bus.stop();
      await state.stop();
      await database.end();
    },
  };
}

/** The owner of a tenant. */
export const ownerOf = (tenantId: string): Identity => ({ tenantId, roles: ['owner'], keyName: 'test' });

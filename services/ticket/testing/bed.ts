import { type Bus, type BusRecord, busSchema, createPostgresBus } from '@omnigate/bus';
import {
  type ConversationServiceService,
  type Notice,
  TicketChanged,
  TicketEventKind,
  TicketRequested,
  type TicketServiceService,
  topics,
} from '@omnigate/contracts';
import { createDatabase } from '@omnigate/database';
import { AppError } from '@omnigate/errors';
import {
  type Client,
  createInProcessClient,
  type DeepPartial,
  type Identity,
  type RpcService,
} from '@omnigate/rpc';
import { createLogger, createMetrics, newId } from '@omnigate/runtime';
import { freshDatabase } from '@omnigate/testkit';
import { createCatalogue } from '../src/catalogue';
import { createTicketRequested } from '../src/consumers/ticket-requested';
import type { TicketContext } from '../src/context';
import { createTicketService } from '../src/rpc/ticket-service';
import { ticketSchema } from '../src/schema';
import { createSweeper } from '../src/sweeper';
import { usual } from './declared';
import { createTestDirectory, type Declared } from './directory';

/** The customer of a test. */
export const customer = '+8613800000001';

/** The ticket service on a database of its own. */
export type Bed = Awaited<ReturnType<typeof openBed>>;

/** What `TicketChanged` said, in short. */
export interface Told {
  ticketId: string;
  /** Such as `CREATED`; `told` where nothing changed. */
  what: string;
  actor: string;
  note: string;
  seq: bigint;
  state: number;
  notices: Notice[];
}

/** What a notice says, with its options in brackets. */
export function said({ content }: Notice): string {
  const kind = content?.kind;
  if (kind?.$case === 'text') return kind.value.body;
  if (kind?.$case !== 'menu') return '';
  return `${kind.value.body} [${kind.value.options.map(({ id }) => id.split(':')[2]).join(' ')}]`;
}

const logger = createLogger({ service: 'ticket-test', level: 'silent' });

/** Opens a bed; the caller closes it. */
export async function openBed() {
  const fresh = await freshDatabase([busSchema, ticketSchema]);
  const { schema, role } = ticketSchema;
  const options = { schema, role, applicationName: 'ticket-test', logger, unsafeNoSync: true };
  const database = createDatabase({ url: fresh.url, ...options });
  const bus = createPostgresBus({ url: fresh.url, logger, metrics: createMetrics(), unsafeNoSync: true });
  await bus.start();
  const { bus: listening, changes } = listeningBus(bus);
  const directory = createTestDirectory();
  const conversations = new Map<string, object>();
  const context: TicketContext = {
    database,
    bus: listening,
    directory: directory.cache,
    catalogue: createCatalogue({ registry: directory.registry, directory: directory.cache, logger }),
    conversations: conversationsIn(conversations),
    logger,
  };
  context.catalogue.start();
  const service = createTicketService(context) as RpcService<TicketServiceService>;

  return {
    url: fresh.url,
    database,
    bus,
    context,
    directory,
    sweeper: createSweeper(context),
    /** A tenant, and what it declares. */
    addTenant: (declared: Declared = usual, o?: { locale?: string }) => directory.addTenant(declared, o),
    /** The service as somebody calls it. */
    as: (tenantId: string, identity: Partial<Identity> = {}): Client<TicketServiceService> =>
      createInProcessClient(service, {
        identity: { tenantId, roles: ['owner'], keyName: 'desk', ...identity },
      }),
    /** One batch of ticket.requested. */
    request: (tenantId: string, ...requests: DeepPartial<TicketRequested>[]) =>
      database.transaction({ tenants: [tenantId] }, (tx) =>
        createTicketRequested(context)(
          tx,
          requests.map((request) => recordOf(tenantId, request)),
        ),
      ),
    /** One batch of ticket.requested, of several tenants. */
    requestAll: (requests: readonly (DeepPartial<TicketRequested> & { tenantId: string })[]) =>
      database.transaction({ tenants: requests.map(({ tenantId }) => tenantId) }, (tx) =>
        createTicketRequested(context)(
          tx,
          requests.map((request) => recordOf(request.tenantId, request)),
        ),
      ),
    /** A customer's place in a request. */
    from: (tenantId: string, address = customer, name: 'shop' | 'crew' = 'shop') => {
      const channel = directory.channel(tenantId, name);
      return { channel: { id: channel.id, type: channel.type }, channelName: name, address };
    },
    addConversation(conversation: { id: string; [key: string]: unknown }) {
      conversations.set(conversation.id, conversation);
    },
    /** All that was published of a tenant so far, in order. */
    told: (tenantId: string): Told[] => changes.filter((change) => change.tenantId === tenantId).map(shortOf),
    /** Moves a ticket's deadline into the past. */
    async makeLate(tenantId: string, ticketId: string): Promise<void> {
      await database.query({
        text: `update ticket_deadline set due_at = now() - interval '1 second' where tenant_id = $1 and ticket_id = $2`,
        values: [tenantId, ticketId],
      });
    },
    async close() {
      context.catalogue.stop();
      await bus.stop();
      await database.end();
      await fresh.drop();
    },
  };
}

const conversationsIn = (conversations: ReadonlyMap<string, object>): Client<ConversationServiceService> =>
  ({
    async getConversation({ conversationId = '' }: { conversationId?: string }) {
      const conversation = conversations.get(conversationId);
      if (!conversation) throw new AppError('NOT_FOUND', { resource: 'conversation' });
      return { conversation };
    },
  }) as unknown as Client<ConversationServiceService>;

const shortOf = ({ ticketId, event, ticket, notices }: TicketChanged): Told => ({
  ticketId,
  what: event ? (TicketEventKind[event.kind] ?? '').replace('TICKET_EVENT_KIND_', '') : 'told',
  actor: event?.actor ?? '',
  note: event?.note ?? '',
  seq: event?.seq ?? 0n,
  state: ticket?.state ?? 0,
  notices,
});

/** The bus, and what was published on it by transactions that committed. */
function listeningBus(bus: Bus): { bus: Bus; changes: TicketChanged[] } {
  const changes: TicketChanged[] = [];
  const publish: Bus['publish'] = (tx, records) => {
    bus.publish(tx, records);
    tx.onCommitted(() => changes.push(...records.map(({ value }) => TicketChanged.decode(value))));
  };
  return { bus: { ...bus, publish }, changes };
}

function recordOf(tenantId: string, request: DeepPartial<TicketRequested>): BusRecord {
  const value = TicketRequested.fromPartial({ requestId: newId(), tenantId, ...request } as TicketRequested);
  return {
    topic: topics.ticketRequested,
    partition: 0,
    offset: 0n,
    key: request.conversationId ?? '',
    value: Buffer.from(TicketRequested.encode(value).finish()),
    eventId: newId(),
    type: 'omnigate.ticket.v1.TicketRequested',
    tenantId,
    headers: {},
    time: new Date(),
  };
}

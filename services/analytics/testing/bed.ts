import { type BusRecord, busSchema } from '@omnigate/bus';
import {
  type AnalyticsServiceService,
  type QueryReportRequest,
  ResolveTenantResponse,
  topics,
} from '@omnigate/contracts';
import { createDatabase, type Queryable, type Statement } from '@omnigate/database';
import { type Client, createInProcessClient, type Role } from '@omnigate/rpc';
import { createLogger, newId } from '@omnigate/runtime';
import { freshDatabase } from '@omnigate/testkit';
import { createConversationChanged } from '../src/consumers/conversation-changed';
import { ticketChanged } from '../src/consumers/ticket-changed';
import { createRetention } from '../src/retention';
import { createAnalyticsService } from '../src/rpc/analytics-service';
import { analyticsSchema } from '../src/schema';

const logger = createLogger({ service: 'analytics-test', level: 'silent' });

/** Analytics on a database of its own. */
export type Bed = Awaited<ReturnType<typeof openBed>>;

/** Opens a bed; the caller closes it. */
export async function openBed() {
  const fresh = await freshDatabase([busSchema, analyticsSchema]);
  const { schema, role } = analyticsSchema;
  const database = createDatabase({ url: fresh.url, schema, role, applicationName: 'test', logger });
  const zones = new Map<string, string>();
  let now = new Date();
  const tenantOf = (id: string) =>
    zones.has(id) ? ResolveTenantResponse.fromPartial({ id, timeZone: zones.get(id) ?? '' }) : undefined;
  const context = {
    database,
    directory: { peekTenant: tenantOf, tenant: async (id: string) => tenantOf(id) },
    registry: { listTenants: async () => ({ tenantIds: [...zones.keys()] }) },
    logger,
    clock: () => now,
  };
  const client = (tenantId: string, roles: readonly Role[] = ['supervisor']) =>
    createInProcessClient(createAnalyticsService(context), {
      identity: { tenantId, roles, keyName: 'test' },
    }) as Client<AnalyticsServiceService>;

  return {
    database,
    directory: context.directory,
    client,
    addTenant(timeZone: string): string {
      const tenantId = newId();
      zones.set(tenantId, timeZone);
      return tenantId;
    },
    setNow(at: string): void {
      now = new Date(at);
    },
    /** One batch of each topic. @returns the statements that it took */
    async take(...records: BusRecord[]): Promise<Statement[]> {
      const tenants = [...new Set(records.map(({ tenantId }) => tenantId))];
      const statements: Statement[] = [];
      const handlers = {
        [topics.conversationChanged]: createConversationChanged(context),
        [topics.ticketChanged]: ticketChanged,
      };
      for (const [topic, handle] of Object.entries(handlers)) {
        const batch = records.filter((record) => record.topic === topic);
        if (batch.length === 0) continue;
        await database.transaction({ tenants }, async (tx) => {
          const query: Queryable['query'] = (statement) => {
            statements.push(statement);
            return tx.query(statement);
          };
          const outcomes = await handle({ ...tx, query }, batch);
          expect(outcomes.map(({ kind }) => kind)).toEqual(batch.map(() => 'ok'));
        });
      }
      return statements;
    },
    report: (tenantId: string, request: Partial<QueryReportRequest> = {}) =>
      client(tenantId).queryReport(request),
    /** What is kept in a table of one tenant. */
    rows: <Row>(tenantId: string, text: string) =>
      database.transaction({ tenants: [tenantId] }, (tx) => tx.query<Row>({ text })),
    forget: () => createRetention(context).forget(),
    async close() {
      await database.end();
      await fresh.drop();
    },
  };
}

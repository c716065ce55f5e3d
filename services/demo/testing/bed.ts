import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  type AnalyticsServiceService,
  QueryReportResponse,
  type RegistryServiceService,
  ResolvedChannel,
  Resource,
  Ticket,
  type TicketServiceService,
} from '@omnigate/contracts';
import type { DirectoryCache } from '@omnigate/directory-cache';
import { AppError } from '@omnigate/errors';
import type { Client } from '@omnigate/rpc';
import { createHealth, createLogger, createMetrics } from '@omnigate/runtime';
import { createHttpServer } from '@omnigate/service-process';
import { openTestMedia } from '@omnigate/testkit';
import { createDemo, type DemoDeps } from '../src/app';
import { channelNames } from '../src/demo-names';

/** The demo with an invented directory, ticket service and analytics. */
export type Bed = Awaited<ReturnType<typeof openBed>>;

/** The account of the demo's WeChat channel. */
export const account = {
  app_id: 'wxdemo000000000001',
  app_secret: 'secret',
  token: 'token',
  encoding_aes_key: 'a'.repeat(43),
  original_id: 'gh_demo0001',
};

/** A call that the ticket service got. */
export interface TicketCall {
  method: string;
  request: Record<string, unknown>;
  tenantId: string | undefined;
}

/** Where the simulator of WeChat pushes. */
async function startWebhooks() {
  const pushed: string[] = [];
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    pushed.push(request.url ?? '');
    request.resume().on('end', () => response.end('success'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    pushed,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** What a page asks. */
export interface Asked {
  url: string;
  method?: string;
  headers?: Record<string, string>;
  payload?: object;
}

async function ask(base: string, { url, payload, method = 'GET', headers = {} }: Asked) {
  const json = { 'content-type': 'application/json' };
  const isFile = Buffer.isBuffer(payload);
  const response = await fetch(`${base}${url}`, {
    method,
    headers: payload && !isFile ? { ...json, ...headers } : headers,
    ...(payload ? { body: isFile ? new Uint8Array(payload) : JSON.stringify(payload) } : {}),
  });
  const rawPayload = Buffer.from(await response.arrayBuffer());
  const body = rawPayload.toString('utf8');
  return {
    statusCode: response.status,
    headers: Object.fromEntries(response.headers),
    rawPayload,
    body,
    json: () => JSON.parse(body),
  };
}

/** Opens a bed; the caller closes it. */
export async function openBed(overrides: Partial<Pick<DemoDeps, 'publicUrl' | 'shown'>> = {}) {
  const webhooks = await startWebhooks();
  const publicUrl = overrides.publicUrl ?? webhooks.url;
  const tenantId = randomUUID();
  const tenants = new Set([tenantId]);
  const channels = new Map(
    Object.values(channelNames).map((name) => [
      name as string,
      ResolvedChannel.fromPartial({
        id: randomUUID(),
        tenantId,
        name,
        type: 'wechat-official',
        config: account,
      }),
    ]),
  );
  const types: Resource[] = [];
  const tickets: Ticket[] = [];
  const calls: TicketCall[] = [];
  const state = { report: QueryReportResponse.fromPartial({}) };
  const files = openTestMedia(publicUrl);

  const directory: Pick<DirectoryCache, 'resolveTenant' | 'channelByName'> = {
    async resolveTenant() {
      const [id] = tenants;
      if (!id) throw new AppError('NOT_FOUND');
      return id;
    },
    channelByName: async (tenant, name) => (tenant === tenantId ? channels.get(name) : undefined),
  };
  const called =
    (method: string) =>
    async (request: object, options?: { tenantId?: string }): Promise<object> => {
      calls.push({ method, request: { ...request }, tenantId: options?.tenantId });
      return {};
    };
  const ticketService = {
    listTickets: async () => ({ tickets, nextPageToken: '' }),
    getTicket: async ({ ticketId }: { ticketId: string }) => {
      const ticket = tickets.find(({ id }) => id === ticketId);
      if (!ticket) throw new AppError('NOT_FOUND', { resource: 'ticket' });
      return { ticket };
    },
    acceptTicket: called('accept'),
    refuseTicket: called('refuse'),
    completeTicket: called('complete'),
  };
  const demo = createDemo({
    ...files,
    directory: directory as DirectoryCache,
    registry: {
      snapshotResources: async () => ({ resources: types }),
    } as unknown as Client<RegistryServiceService>,
    tickets: ticketService as unknown as Client<TicketServiceService>,
    analytics: { queryReport: async () => state.report } as unknown as Client<AnalyticsServiceService>,
    logger: createLogger({ service: 'demo-test', level: 'silent' }),
    publicUrl,
    shown: true,
    ...overrides,
  });
  const server = createHttpServer({ health: createHealth(), metrics: createMetrics() });
  demo.http?.(server);
  const url = await server.listen({ host: '127.0.0.1', port: 0 });

  return {
    url,
    publicUrl,
    tenantId,
    tenants,
    channels,
    pushed: webhooks.pushed,
    calls,
    state,
    media: files.media,
    addTicket(ticket: Parameters<typeof Ticket.fromPartial>[0]): Ticket {
      const made = Ticket.fromPartial({ id: randomUUID(), number: BigInt(tickets.length + 1), ...ticket });
      tickets.push(made);
      return made;
    },
    addTicketType(name: string, spec: object): void {
      types.push(Resource.fromPartial({ kind: 'TicketType', metadata: { name }, spec }));
    },
    /** Asks as a page on this machine would; an object goes as JSON. */
    ask: (asked: Asked) => ask(url, asked),
    async close() {
      await server.close();
      await demo.stop();
      await webhooks.stop();
      files.drop();
    },
  };
}

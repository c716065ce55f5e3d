import { Writable } from 'node:stream';
import {
  type AskRequest,
  type AskResponse,
  BotServiceService,
  ConversationServiceService,
} from '@omnigate/contracts';
import { AppError, isAppError } from '@omnigate/errors';
import { createHealth, createLogger, createMetrics } from '@omnigate/runtime';
import { createClient } from './client';
import type { Identity, Role } from './identity';
import { createServer, type ServerOptions } from './server';
import { type CallContext, defineService, type Handlers, type RpcService } from './service';

export const tenantA = '0198c0de-0000-7000-8000-00000000000a';
export const tenantB = '0198c0de-0000-7000-8000-00000000000b';

const identities: Record<string, Identity> = {
  'owner-key': { tenantId: tenantA, roles: ['owner'], keyName: 'owner' },
  'agent-key': {
    tenantId: tenantA,
    roles: ['agent'],
    keyName: 'ada-key',
    agentId: 'id-of-ada',
    agent: 'ada',
  },
  'operator-key': { tenantId: tenantA, roles: ['owner', 'operator'], keyName: 'admin' },
  'service-key': { tenantId: tenantA, roles: ['service'], keyName: 'routing' },
};

export type BotHandlers = Handlers<typeof BotServiceService>;
export type WatchHandler = Handlers<typeof ConversationServiceService>['watchConversations'];

/** A bot service with one handler. */
export function botService(
  ask: BotHandlers['ask'],
  allowed: Role[] = ['owner', 'service'],
): RpcService<typeof BotServiceService> {
  const askMany: BotHandlers['askMany'] = () => {
    throw new AppError('UNIMPLEMENTED');
  };
  return defineService(BotServiceService, { ask: allowed, askMany: allowed }, { ask, askMany });
}

/** A handler that tells who it was called by, as the answer's text. */
export async function whoAmI(_request: AskRequest, { identity }: CallContext) {
  return { actions: [replyOf(JSON.stringify(identity))], dialogueState: '', evidence: undefined };
}

/** An action with this text. */
export const replyOf = (text: string) => ({
  kind: { $case: 'reply' as const, value: { text, articles: [] } },
});

const notHere = async () => {
  throw new AppError('NOT_FOUND', { resource: 'nothing' });
};

/** A conversation service whose WatchConversations is given. */
export function conversationService(
  watchConversations: WatchHandler,
): RpcService<typeof ConversationServiceService> {
  const roles: Role[] = ['owner', 'service'];
  const handlers = {
    listConversations: notHere,
    getConversation: notHere,
    listMessages: notHere,
    sendMessage: notHere,
    addNote: notHere,
    resolveConversation: notHere,
    transferConversation: notHere,
    watchConversations,
  };
  const allow = Object.fromEntries(Object.keys(handlers).map((name) => [name, roles]));
  return defineService(ConversationServiceService, allow as Record<keyof typeof handlers, Role[]>, handlers);
}

const closers: { close(): void }[] = [];
const servers: { stop(deadlineMs: number): Promise<void> }[] = [];

/** To be called after each test: ends the clients and servers that it started. */
export async function endAll(): Promise<void> {
  for (const made of closers.splice(0)) made.close();
  for (const server of servers.splice(0)) await server.stop(2_000);
}

/** Has a client closed after the test. */
export function closing<T extends { close(): void }>(made: T): T {
  closers.push(made);
  return made;
}

/** A client of the bot. */
export const botClient = (address: string, apiKey?: string, tenant?: string) =>
  closing(
    createClient(BotServiceService, {
      address,
      ...(apiKey ? { apiKey } : {}),
      ...(tenant ? { tenant } : {}),
    }),
  );

/** The AppError that something fails with. */
export async function failureOf(work: Promise<unknown>): Promise<AppError> {
  const failure = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!isAppError(failure)) throw new Error('did not fail with an AppError', { cause: failure });
  return failure;
}

/** The text of a reply. */
export function textOf({ actions: [action] }: AskResponse): string {
  return action?.kind?.$case === 'reply' ? action.kind.value.text : '';
}

/** Reads a stream to its end. */
export async function collect<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of stream) all.push(item);
  return all;
}

/** Starts a server on a free port of loopback. */
export const start = (...services: RpcService[]) => startServer(services);

/** Starts a server whose connections grow no older than so many milliseconds. */
export const startAged = (maxConnectionAgeMs: number, ...services: RpcService[]) =>
  startServer(services, { maxConnectionAgeMs });

async function startServer(services: RpcService[], options: Pick<ServerOptions, 'maxConnectionAgeMs'> = {}) {
  const lines: Record<string, unknown>[] = [];
  const destination = new Writable({
    write: (chunk, _encoding, done) => {
      lines.push(JSON.parse(String(chunk)));
      done();
    },
  });
  const logger = createLogger({ service: 'test', level: 'debug', destination });
  const health = createHealth();
  const metrics = createMetrics();
  const server = createServer({
    services,
    logger,
    metrics,
    health,
    authenticate,
    resolveTenant,
    ...options,
  });
  const port = await server.listen('127.0.0.1', 0);
  servers.push(server);
  return { server, port, address: `127.0.0.1:${port}`, lines, health, metrics };
}

async function authenticate(key: string): Promise<Identity> {
  const identity = identities[key];
  if (!identity) throw new AppError('UNAUTHENTICATED');
  return identity;
}

async function resolveTenant(nameOrId: string): Promise<string> {
  if (nameOrId === 'b' || nameOrId === tenantB) return tenantB;
  throw new AppError('NOT_FOUND', { resource: `tenant ${nameOrId}` });
}

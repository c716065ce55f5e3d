import { ConversationOwner, ConversationServiceService, ConversationState } from '@omnigate/contracts';
import type { Transaction } from '@omnigate/database';
import { AppError } from '@omnigate/errors';
import { type CallContext, defineService, type RpcService } from '@omnigate/rpc';
import type { RoutingContext } from '../context';
import type { ConversationRow } from '../domain/conversation';
import { readConversations } from '../store/conversations';
import { listConversations } from '../store/list-conversations';
import { readMessages } from '../store/messages';
import { queuePlaces } from '../store/queue';
import { actors, readers } from './access';
import { toConversation, toReadMessage } from './mapping';
import { addNote, sendMessage } from './messages';
import { resolveConversation, transferConversation } from './ownership';
import { cutPage, readPage } from './paging';
import { requireAddress, requireId, requireKnown } from './requirements';
import { watchConversations } from './watch';

/**
 * ConversationService: conversations and their messages for agents and other systems.
 *
 * @param context what routing works with.
 * @returns the service.
 */
export function createConversationService(context: RoutingContext): RpcService {
  const allow = {
    listConversations: readers,
    getConversation: readers,
    listMessages: readers,
    watchConversations: readers,
    sendMessage: actors,
    addNote: actors,
    resolveConversation: actors,
    transferConversation: actors,
  };
  return defineService(ConversationServiceService, allow, {
    listConversations: (request, ctx) => list(context, request, ctx),
    getConversation: async (request, ctx) => ({
      conversation: await get(context, requireId('conversation_id', request.conversationId), ctx),
    }),
    listMessages: (request, ctx) => listMessages(context, request, ctx),
    watchConversations: (request, ctx) => watchConversations(context, request, ctx),
    sendMessage: (request, ctx) => sendMessage(context, request, ctx),
    addNote: (request, ctx) => addNote(context, request, ctx),
    resolveConversation: (request, ctx) => resolveConversation(context, request, ctx),
    transferConversation: (request, ctx) => transferConversation(context, request, ctx),
  });
}

/** The largest number that a message can have. */
const lastSeq = 2 ** 31 - 1;

interface ListRequest {
  pageSize: number;
  pageToken: string;
  state: ConversationState;
  owner: ConversationOwner;
  channel: string;
  address: string;
}

async function list(context: RoutingContext, request: ListRequest, ctx: CallContext) {
  const { tenantId } = ctx.identity;
  const page = readPage(request, 'uuid');
  const channel =
    request.channel === '' ? undefined : await context.directory.channelByName(tenantId, request.channel);
  if (request.channel !== '' && !channel)
    throw new AppError('NOT_FOUND', { resource: `channel ${request.channel}` });
  return context.database.transaction({ tenants: [tenantId] }, async (tx) => {
    const rows = await listConversations(tx, {
      tenantId,
      state: requireKnown('state', request.state, ConversationState) || null,
      owner: requireKnown('owner', request.owner, ConversationOwner) || null,
      channelId: channel?.id ?? null,
      address: requireAddress(request.address) || null,
      beforeId: page.after ?? null,
      limit: page.size + 1,
    });
    const { items, nextPageToken } = cutPage(rows, page, (row) => row.id);
    return { conversations: await withPlaces(context, tx, items), nextPageToken };
  });
}

async function withPlaces(context: RoutingContext, tx: Transaction, rows: ConversationRow[]) {
  const waiting = rows.filter((row) => row.queuedAt !== null);
  const ids = waiting.map((row) => ({ tenantId: row.tenantId, conversationId: row.id }));
  const places = await queuePlaces(tx, ids);
  return Promise.all(rows.map((row) => toConversation(context.directory, row, places.get(row.id))));
}

async function get(context: RoutingContext, conversationId: string, ctx: CallContext) {
  const { tenantId } = ctx.identity;
  return context.database.transaction({ tenants: [tenantId] }, async (tx) => {
    const rows = await readConversations(tx, [{ tenantId, conversationId }]);
    const [conversation] = await withPlaces(context, tx, rows);
    if (!conversation) throw new AppError('NOT_FOUND', { resource: 'conversation' });
    return conversation;
  });
}

async function listMessages(
  context: RoutingContext,
  request: { conversationId: string; pageSize: number; pageToken: string },
  ctx: CallContext,
) {
  const conversationId = requireId('conversation_id', request.conversationId);
  const page = readPage(request, 'integer');
  const { tenantId } = ctx.identity;
  return context.database.transaction({ tenants: [tenantId] }, async (tx) => {
    const [conversation] = await readConversations(tx, [{ tenantId, conversationId }]);
    if (!conversation) throw new AppError('NOT_FOUND', { resource: 'conversation' });
    const beforeSeq = Math.min(Number(page.after ?? lastSeq), lastSeq);
    const rows = await readMessages(tx, { tenantId, conversationId, beforeSeq, limit: page.size + 1 });
    const { items, nextPageToken } = cutPage(rows, page, (row) => String(row.seq));
    return { messages: items.map(toReadMessage), nextPageToken };
  });
}

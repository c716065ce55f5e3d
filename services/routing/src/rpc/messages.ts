import { splitText } from '@omnigate/channel-kit';
import {
  AddNoteRequest,
  AddNoteResponse,
  type Content,
  Content as ContentCodec,
  ConversationOwner,
  ConversationState,
  DeliveryState,
  Direction,
  type Media,
  PartyRole,
  type ResolvedChannel,
  SendMessageRequest,
  SendMessageResponse,
} from '@omnigate/contracts';
import type { Transaction } from '@omnigate/database';
import { AppError } from '@omnigate/errors';
import type { CallContext } from '@omnigate/rpc';
import { newId, sanitizeText } from '@omnigate/runtime';
import type { RoutingContext } from '../context';
import type { ConversationRow } from '../domain/conversation';
import { mediaOf } from '../domain/media-items';
import {
  addChange,
  addMessage,
  beginChanges,
  type Changes,
  sendMessage as send,
  writeChanges,
} from '../store/changes';
import { resolveContacts } from '../store/contacts';
import { insertConversations, lockConversations, lockOpenConversations } from '../store/conversations';
import type { ReplyTarget } from '../store/reply-plan';
import { once } from '../store/requests';
import { requireOwnership } from './access';
import { toMessage } from './mapping';
import { requireAddress, requireId } from './requirements';

const longestText = 20_000;

/**
 * Sends a message in a conversation, or to an address on a channel. A text longer than one message of the channel goes as
 * several.
 *
 * @param context what routing works with.
 * @param request what to send, where.
 * @param ctx the call.
 * @returns the message as stored, queued; of several the first.
 * @throws AppError INVALID_ARGUMENT, NOT_FOUND, CONVERSATION_RESOLVED, NOT_OWNER, RECIPIENT_OPTED_OUT, WINDOW_CLOSED,
 *   REPLY_LIMIT_REACHED, REQUEST_ID_REUSED.
 */
export async function sendMessage(
  context: RoutingContext,
  request: SendMessageRequest,
  ctx: CallContext,
): Promise<SendMessageResponse> {
  const content = requireContent(request.content);
  const { tenantId } = ctx.identity;
  const target = await targetOf(context, request, tenantId);
  const payload = SendMessageRequest.encode(request).finish();
  const requestId = request.requestId === '' ? '' : requireId('request_id', request.requestId);
  const response = await context.database.transaction({ tenants: [tenantId] }, (tx) =>
    once(tx, { tenantId, requestId, payload }, async () => {
      const conversation = await target.hold(tx);
      // First: an agent whose conversation was resolved has it no more, and must learn that.
      requireSendable(conversation);
      requireOwnership(ctx, conversation);
      const channel = target.channel ?? (await context.directory.channel(conversation.channelId));
      if (!channel) throw new AppError('NOT_FOUND', { resource: 'channel of the conversation' });
      const changes = beginChanges(tx, context.clock());
      if (conversation.seq === 0) addChange(changes, conversation, channel, { $case: 'opened', value: {} });
      const senderName = await nameOf(context, ctx, conversation);
      const draft = { role: PartyRole.PARTY_ROLE_AGENT, senderName, traceparent: ctx.traceparent };
      const parts = partsOf(content, channel);
      await requireReplyable(changes, { address: conversation, channel }, parts.length);
      const rows = parts.map((part) => send(changes, conversation, channel, { ...draft, content: part }));
      await writeChanges(changes, context.bus);
      const first = rows[0] as (typeof rows)[number];
      const message = toMessage(first, { state: DeliveryState.DELIVERY_STATE_QUEUED, errorCode: '' });
      return SendMessageResponse.encode({ message }).finish();
    }),
  );
  return SendMessageResponse.decode(response);
}

/** What goes out for a content: one message, or of a long text as many as the channel needs; never none. */
function partsOf(content: Content, channel: ResolvedChannel): Content[] {
  const limit = channel.channelType?.capabilities?.maxTextCharacters ?? 0;
  if (content.kind?.$case !== 'text' || limit === 0) return [content];
  return splitText(content.kind.value.body, { unit: 'characters', limit })
    .filter((body) => body.trim() !== '')
    .map((body) => ({ kind: { $case: 'text', value: { body } } }));
}

interface Target {
  channel?: ResolvedChannel;
  hold(tx: Transaction): Promise<ConversationRow>;
}

async function targetOf(
  context: RoutingContext,
  request: SendMessageRequest,
  tenantId: string,
): Promise<Target> {
  if (request.conversationId !== '') {
    const conversationId = requireId('conversation_id', request.conversationId);
    return { hold: (tx) => holdConversation(tx, tenantId, conversationId) };
  }
  const missing = (['channel', 'address'] as const).filter((field) => request[field] === '');
  if (missing.length > 0) {
    const fields = missing.map((field) => ({ field, description: 'is required without conversation_id' }));
    throw new AppError('INVALID_ARGUMENT', {}, { fields });
  }
  const address = requireAddress(request.address);
  const channel = await context.directory.channelByName(tenantId, request.channel);
  if (!channel) throw new AppError('NOT_FOUND', { resource: `channel ${request.channel}` });
  return { channel, hold: (tx) => findOrOpen(context, tx, channel, address) };
}

async function holdConversation(
  tx: Transaction,
  tenantId: string,
  conversationId: string,
): Promise<ConversationRow> {
  const [conversation] = await lockConversations(tx, [{ tenantId, conversationId }]);
  if (!conversation) throw new AppError('NOT_FOUND', { resource: 'conversation' });
  return conversation;
}

async function findOrOpen(
  context: RoutingContext,
  tx: Transaction,
  channel: ResolvedChannel,
  address: string,
): Promise<ConversationRow> {
  const { tenantId } = channel;
  const namespace = channel.channelType?.addressNamespace ?? channel.type;
  const named = { tenantId, namespace, value: address, name: '' };
  const contactId = (await resolveContacts(tx, [named]))(named);
  const now = context.clock();
  const key = { tenantId, channelId: channel.id, address, threadKey: '' };
  const row: ConversationRow = {
    ...key,
    id: newId(),
    contactId,
    state: ConversationState.CONVERSATION_STATE_OPEN,
    owner:
      channel.firstResponder === 'people'
        ? ConversationOwner.CONVERSATION_OWNER_QUEUE
        : ConversationOwner.CONVERSATION_OWNER_BOT,
    team: channel.team,
    agentId: null,
    agent: '',
    // Nobody has written yet: what the customer writes will say.
    language: '',
    inboundCount: 0,
    messageSeq: 0,
    seq: 0,
    dialogueState: '',
    handoff: null,
    queuedAt: null,
    createdAt: now,
    updatedAt: now,
    optedOut: false,
    rating: null,
  };
  await insertConversations(tx, [row]);
  // Read again either way: the row brings what the customer's ledger says of this channel.
  const [open] = await lockOpenConversations(tx, [key]);
  return open ?? findOrOpen(context, tx, channel, address);
}

function requireContent(content: Content | undefined): Content {
  const kind = content?.kind;
  const invalid = (description: string): AppError =>
    new AppError('INVALID_ARGUMENT', {}, { fields: [{ field: 'content', description }] });
  if (!kind) throw invalid('is required');
  const media = mediaOf(content);
  if (media)
    return ContentCodec.fromPartial({ kind: { ...kind, value: requireStored(media) } as typeof kind });
  if (kind.$case !== 'text') return ContentCodec.fromPartial({ kind });
  const body = sanitizeText(kind.value.body);
  if (body.trim() === '') throw invalid('must have text');
  if (body.length > longestText) throw invalid(`must have at most ${longestText} characters`);
  return { kind: { $case: 'text', value: { body } } };
}

/** A file goes out from our store alone; where else it may lie is nobody's to say. */
function requireStored(media: Media): Media {
  const mediaId = requireId('media_id', media.mediaId).toLowerCase();
  return {
    ...media,
    mediaId,
    fileName: sanitizeText(media.fileName),
    caption: sanitizeText(media.caption),
    ...{ providerUrl: '', providerMediaId: '', errorCode: '' },
  };
}

function requireSendable(conversation: ConversationRow): void {
  if (conversation.state !== ConversationState.CONVERSATION_STATE_OPEN)
    throw new AppError('CONVERSATION_RESOLVED');
  if (conversation.optedOut) throw new AppError('RECIPIENT_OPTED_OUT');
}

/** @throws AppError WINDOW_CLOSED, REPLY_LIMIT_REACHED: the sender learns why, and nothing is stored. */
async function requireReplyable(changes: Changes, target: ReplyTarget, count: number): Promise<void> {
  await changes.replies.hold([target]);
  const refusal = changes.replies.refusal(target, count);
  if (refusal) throw new AppError(refusal);
}

/** Who speaks: the key's agent, or with another key the agent who has the conversation. */
async function nameOf(
  context: RoutingContext,
  ctx: CallContext,
  conversation: ConversationRow,
): Promise<string> {
  const { tenantId } = ctx.identity;
  const agent = ctx.identity.agent || conversation.agent;
  if (!agent) return '';
  const tenant = await context.tenants.get(tenantId);
  return tenant.agents.find((item) => item.name === agent)?.displayName || agent;
}

/**
 * Adds a note that the customer never sees.
 *
 * @param context what routing works with.
 * @param request the conversation and the text.
 * @param ctx the call.
 * @returns the note as stored.
 * @throws AppError INVALID_ARGUMENT, NOT_FOUND, REQUEST_ID_REUSED.
 */
export async function addNote(
  context: RoutingContext,
  request: AddNoteRequest,
  ctx: CallContext,
): Promise<AddNoteResponse> {
  const conversationId = requireId('conversation_id', request.conversationId);
  const content = requireContent({ kind: { $case: 'text', value: { body: request.text } } });
  const { tenantId } = ctx.identity;
  const payload = AddNoteRequest.encode(request).finish();
  const requestId = request.requestId === '' ? '' : requireId('request_id', request.requestId);
  const response = await context.database.transaction({ tenants: [tenantId] }, (tx) =>
    once(tx, { tenantId, requestId, payload }, async () => {
      const conversation = await holdConversation(tx, tenantId, conversationId);
      const changes = beginChanges(tx, context.clock());
      const channel = await context.directory.channel(conversation.channelId);
      const row = addMessage(changes, conversation, channel, {
        direction: Direction.DIRECTION_INTERNAL,
        role: PartyRole.PARTY_ROLE_AGENT,
        senderName: await nameOf(context, ctx, conversation),
        content,
      });
      await writeChanges(changes, context.bus);
      return AddNoteResponse.encode({ message: toMessage(row, undefined) }).finish();
    }),
  );
  return AddNoteResponse.decode(response);
}

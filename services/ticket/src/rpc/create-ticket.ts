import { CreateTicketRequest, CreateTicketResponse } from '@omnigate/contracts';
import { once } from '@omnigate/database';
import { AppError } from '@omnigate/errors';
import type { CallContext } from '@omnigate/rpc';
import type { Language } from '@omnigate/ticket-form';
import { create, type FittingWish, fitWish } from '../acts/create';
import type { TicketContext } from '../context';
import type { Customer } from '../domain/ticket';
import { viewTicket } from '../ticket-view';
import { actorOf } from './access';
import { invalid, requireId, requireMedia, requireText } from './requirements';

/**
 * Makes a ticket and asks the first worker.
 *
 * @param context what the service works with
 * @param request what is asked for
 * @param call the call
 * @returns the ticket
 * @throws AppError INVALID_ARGUMENT, NOT_FOUND, REQUEST_ID_REUSED
 */
export async function createTicket(
  context: TicketContext,
  request: CreateTicketRequest,
  call: CallContext,
): Promise<CreateTicketResponse> {
  const { tenantId } = call.identity;
  const requestId = request.requestId === '' ? '' : requireId('request_id', request.requestId);
  const wish = await fittingWish(context, request, tenantId);
  const payload = Buffer.concat([Buffer.from('create '), CreateTicketRequest.encode(request).finish()]);
  const response = await context.database.transaction({ tenants: [tenantId] }, (tx) =>
    once(tx, { tenantId, requestId, payload }, async () => {
      const book = await context.catalogue.of(tenantId);
      const ticket = await create({ context, tx, book, actor: actorOf(call) }, wish);
      return CreateTicketResponse.encode({ ticket: viewTicket(ticket) }).finish();
    }),
  );
  return CreateTicketResponse.decode(response);
}

async function fittingWish(
  context: TicketContext,
  request: CreateTicketRequest,
  tenantId: string,
): Promise<FittingWish> {
  const known = await context.catalogue.of(tenantId);
  const book = known.types.has(request.type) ? known : await context.catalogue.renew(tenantId);
  return fitWish(book, {
    tenantId,
    type: request.type,
    form: request.form,
    summary: requireText('summary', request.summary, 200),
    media: requireMedia(request.media),
    customer: await customerOf(context, request, tenantId),
  });
}

async function customerOf(
  context: TicketContext,
  request: CreateTicketRequest,
  tenantId: string,
): Promise<Customer> {
  const language = await languageOf(context, request.language, tenantId);
  if (request.conversationId !== '') return inConversation(context, request, { tenantId, language });
  if (request.channel !== '') return onChannel(context, request, { tenantId, language });
  if (request.address !== '') throw invalid('channel', 'is required with address');
  return { ...nobody, language };
}

const nobody: Omit<Customer, 'language'> = {
  conversationId: null,
  contactId: null,
  channelId: null,
  channelType: '',
  channel: '',
  address: '',
  threadKey: '',
};

async function languageOf(context: TicketContext, written: string, tenantId: string): Promise<Language> {
  if (written === 'zh' || written === 'en') return written;
  if (written !== '') throw invalid('language', 'must be zh or en');
  const tenant = await context.directory.tenant(tenantId);
  return tenant?.locale.startsWith('zh') ? 'zh' : 'en';
}

interface Place {
  tenantId: string;
  language: Language;
}

async function inConversation(
  context: TicketContext,
  request: CreateTicketRequest,
  { tenantId, language }: Place,
): Promise<Customer> {
  if (request.channel !== '' || request.address !== '')
    throw invalid('conversation_id', 'says already who is meant; leave channel and address out');
  const conversationId = requireId('conversation_id', request.conversationId);
  const { conversation } = await context.conversations.getConversation({ conversationId }, { tenantId });
  if (!conversation) throw new AppError('NOT_FOUND', { resource: 'conversation' });
  const { contactId, channelId, channelType, channel, address, threadKey } = conversation;
  return { conversationId, contactId, channelId, channelType, channel, address, threadKey, language };
}

async function onChannel(
  context: TicketContext,
  request: CreateTicketRequest,
  { tenantId, language }: Place,
): Promise<Customer> {
  const address = requireText('address', request.address, 1_000);
  if (address === '') throw invalid('address', 'is required with channel');
  const channel = await context.directory.channelByName(tenantId, request.channel);
  if (!channel) throw new AppError('NOT_FOUND', { resource: `channel ${request.channel}` });
  const { id: channelId, type: channelType, name } = channel;
  return { ...nobody, channelId, channelType, channel: name, address, language };
}

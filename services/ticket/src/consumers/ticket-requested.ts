import type { BusRecord, Outcome } from '@omnigate/bus';
import { TicketRequested } from '@omnigate/contracts';
import { once, type Transaction } from '@omnigate/database';
import { isAppError } from '@omnigate/errors';
import { sanitizeText } from '@omnigate/runtime';
import type { Language } from '@omnigate/ticket-form';
import { tellOnly } from '../acts/changes';
import { create, type FittingWish, fitWish, type Wish } from '../acts/create';
import type { TicketContext } from '../context';
import { noticeTexts } from '../domain/notice-texts';
import type { Customer } from '../domain/ticket';
import { customerOf, noticeOf } from '../notices';
import { lockTickets } from '../store/tickets';
import { answerTicket } from './answer-ticket';
import { isId } from './ids';

/**
 * Does what conversations ask: makes tickets, and takes what people answered to their menus.
 *
 * @param context what the service works with
 * @returns a handler for records of omnigate.ticket.requested.v1
 */
export function createTicketRequested(context: TicketContext) {
  return async (tx: Transaction, records: BusRecord[]): Promise<Outcome[]> => {
    const requests = records.map((record) => readRequest(record));
    await lockTickets(tx, answered(requests));
    const outcomes = records.map((): Outcome => ({ kind: 'deadLetter', code: 'INVALID_ARGUMENT' }));
    for (const { index, request } of byTenant(requests)) outcomes[index] = await handle(context, tx, request);
    return outcomes;
  };
}

/** A tenant's number is held until the end: batches that share tenants take them in one order. */
const byTenant = (requests: readonly (TicketRequested | undefined)[]) =>
  requests
    .flatMap((request, index) => (request ? [{ index, request }] : []))
    .sort(({ request: a }, { request: b }) =>
      a.tenantId < b.tenantId ? -1 : Number(a.tenantId > b.tenantId),
    );

function readRequest(record: BusRecord): TicketRequested | undefined {
  const request = TicketRequested.decode(record.value);
  const sound = request.tenantId === record.tenantId && isId(request.requestId) && request.request;
  return sound ? request : undefined;
}

const answered = (requests: readonly (TicketRequested | undefined)[]) =>
  requests.flatMap((request) => {
    const asked = request?.request;
    if (!request || asked?.$case !== 'answer' || !isId(asked.value.ticketId)) return [];
    return [{ tenantId: request.tenantId, id: asked.value.ticketId }];
  });

const longestSummary = 200;

const ok: Outcome = { kind: 'ok' };

async function handle(context: TicketContext, tx: Transaction, request: TicketRequested): Promise<Outcome> {
  const asked = request.request;
  if (asked?.$case === 'create') return createOne(context, tx, request);
  if (asked?.$case !== 'answer') return { kind: 'drop', reason: 'unknown kind of request' };
  return effectOnce(tx, request, () => answerTicket(context, tx, request, asked.value));
}

/** The same request may come again: it has had its effect, whatever it says now. */
async function effectOnce(
  tx: Transaction,
  { tenantId, requestId }: TicketRequested,
  effect: () => Promise<Outcome>,
): Promise<Outcome> {
  let outcome = ok;
  const payload = Buffer.from(requestId);
  await once(tx, { tenantId, requestId, payload }, async () => {
    outcome = await effect();
    return new Uint8Array();
  });
  return outcome;
}

/** What does not fit its type is told, and kept: mended, it can be replayed. Nothing was claimed for it. */
async function createOne(
  context: TicketContext,
  tx: Transaction,
  request: TicketRequested,
): Promise<Outcome> {
  const { tenantId } = request;
  const wish = wishOf(request);
  let book = await context.catalogue.of(tenantId);
  if (!book.types.has(wish.type)) book = await context.catalogue.renew(tenantId);
  let fitting: FittingWish;
  try {
    fitting = fitWish(book, wish);
  } catch (error) {
    if (!isAppError(error, 'INVALID_ARGUMENT')) throw error;
    const to = customerOf(wish.customer);
    tellOnly(tx, context.bus, { tenantId, notice: to && noticeOf(to, { texts: noticeTexts.notMade }) });
    return { kind: 'deadLetter', code: error.code, error };
  }
  return effectOnce(tx, request, async () => {
    await create({ context, tx, book, actor: 'bot' }, fitting);
    return ok;
  });
}

function wishOf(request: TicketRequested): Wish {
  const asked = request.request?.$case === 'create' ? request.request.value : undefined;
  const language: Language = asked?.language === 'en' ? 'en' : 'zh';
  const { conversationId, contactId, channel, address, threadKey } = request;
  const customer: Customer = {
    conversationId: conversationId || null,
    contactId: contactId || null,
    channelId: channel?.id || null,
    channelType: channel?.type ?? '',
    channel: request.channelName,
    address,
    threadKey,
    language,
  };
  return {
    tenantId: request.tenantId,
    type: asked?.type ?? '',
    form: asked?.form,
    summary: sanitizeText((asked?.summary ?? '').slice(0, longestSummary)),
    media: asked?.media ?? [],
    customer,
  };
}

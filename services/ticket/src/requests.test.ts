import { TicketState } from '@omnigate/contracts';
import { newId } from '@omnigate/runtime';
import { openLockWatch } from '@omnigate/testkit';
import { type Bed, customer, openBed, said } from '../testing/bed';
import { crew, repair } from '../testing/declared';

let bed: Bed;
beforeAll(async () => {
  bed = await openBed();
});
afterAll(() => bed.close());

const form = { building: '1', problem: '水管漏水' };
const wish = (value: object = {}) => ({
  $case: 'create' as const,
  value: { type: 'repair', form, language: 'zh', ...value },
});
const answer = (ticketId: string, choice: string, more: object = {}) => ({
  request: { $case: 'answer' as const, value: { ticketId, choice, ...more } },
});

const waitingText = `
select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;

/** A ticket that the bot had made, and who may answer. */
async function openTicket() {
  const tenantId = bed.addTenant();
  const conversationId = newId();
  const place = { ...bed.from(tenantId), conversationId, contactId: newId(), threadKey: 't' };
  const media = [{ providerUrl: 'https://provider.test/1', contentType: 'image/jpeg' }];
  await bed.request(tenantId, { ...place, request: wish({ media, summary: '漏水' }) });
  const { tickets } = await bed.as(tenantId).listTickets({ conversationId });
  const ticket = tickets[0];
  if (!ticket) throw new Error('no ticket was made');
  return {
    tenantId,
    ticket,
    place,
    ann: bed.from(tenantId, crew.ann.address, 'crew'),
    bob: bed.from(tenantId, crew.bob.address, 'crew'),
    now: async () => (await bed.as(tenantId).getTicket({ ticketId: ticket.id })).ticket,
    /** What was told since the last time. */
    news: newsOf(tenantId),
  };
}

function newsOf(tenantId: string) {
  let seen = 0;
  return (): string[] => {
    const fresh = bed.told(tenantId).slice(seen);
    seen += fresh.length;
    return fresh.flatMap(({ what, notices }) =>
      notices.length === 0
        ? [what]
        : notices.map((notice) => `${what} ${notice.address.slice(-4)}: ${said(notice).split('\n')[0]}`),
    );
  };
}

test('the bot has a ticket made, with what the chat knows', async () => {
  const { ticket, place, tenantId } = await openTicket();
  expect(ticket).toMatchObject({
    number: 1001n,
    state: TicketState.TICKET_STATE_ASSIGNED,
    creator: 'bot',
    summary: '漏水',
    conversationId: place.conversationId,
    contactId: place.contactId,
    channel: 'shop',
    address: customer,
    threadKey: 't',
    media: [{ providerUrl: 'https://provider.test/1' }],
  });
  const [made] = bed.told(tenantId);
  expect(made?.notices).toMatchObject([{ conversationId: place.conversationId, threadKey: 't' }]);
});

test('worker and customer do all of it by their menus', async () => {
  const { tenantId, ticket, place, ann, now, news } = await openTicket();
  news();
  await bed.request(tenantId, { ...ann, ...answer(ticket.id, 'accept') });
  const media = [{ mediaId: newId(), contentType: 'image/jpeg' }];
  await bed.request(tenantId, { ...ann, ...answer(ticket.id, 'complete', { text: '换了阀门', media }) });
  await bed.request(tenantId, { ...place, ...answer(ticket.id, 'reopen', { text: '还在漏' }) });
  await bed.request(tenantId, { ...ann, ...answer(ticket.id, 'accept') });
  await bed.request(tenantId, { ...ann, ...answer(ticket.id, 'complete') });
  await bed.request(tenantId, { ...place, ...answer(ticket.id, 'confirm') });
  await bed.request(tenantId, { ...place, ...answer(ticket.id, 'rate-4', { text: '还行' }) });
  expect(news().map((line) => line.split('，')[0])).toEqual([
    'ACCEPTED 0001: 编号 1001 的报修由安师傅负责处理。',
    'ACCEPTED 0001: 您已接下工单 1001。完成后请发处理结果和照片',
    'COMPLETED 0001: 编号 1001 的报修已处理完成。换了阀门',
    'COMPLETED 0001: 谢谢！工单 1001 已标记为完成。',
    'REOPENED 0001: 编号 1001 的报修已重新打开',
    'ASSIGNED 0001: 新工单 1001：报修',
    'ACCEPTED 0001: 编号 1001 的报修由安师傅负责处理。',
    'ACCEPTED 0001: 您已接下工单 1001。完成后请发处理结果和照片',
    'COMPLETED 0001: 编号 1001 的报修已处理完成。',
    'COMPLETED 0001: 谢谢！工单 1001 已标记为完成。',
    'CLOSED 0001: 谢谢！编号 1001 的报修已关闭。请为这次服务打分： [rate-5 rate-4 rate-3 rate-2 rate-1]',
    'RATED 0001: 谢谢您的评价！',
  ]);
  expect(await now()).toMatchObject({ rating: 4, ratingComment: '还行', reopenCount: 1 });
  const { events } = await bed.as(tenantId).getTicket({ ticketId: ticket.id });
  expect(events.map(({ actor }) => actor)).toEqual([
    'bot',
    'system',
    'ann',
    'ann',
    'customer',
    'system',
    'ann',
    'ann',
    'customer',
    'customer',
  ]);
});

test('a rating closes at once, and one is enough', async () => {
  const { tenantId, ticket, place, ann, now, news } = await openTicket();
  await bed.request(tenantId, { ...ann, ...answer(ticket.id, 'accept') });
  await bed.request(tenantId, { ...ann, ...answer(ticket.id, 'complete') });
  await bed.request(tenantId, { ...place, ...answer(ticket.id, 'rate-5') });
  expect(await now()).toMatchObject({ rating: 5, state: TicketState.TICKET_STATE_CLOSED });
  news();
  await bed.request(tenantId, { ...place, ...answer(ticket.id, 'rate-1') });
  expect(news()).toEqual(['told 0001: 编号 1001 的报修目前已关闭，现在不能这样操作。']);
  expect(await now()).toMatchObject({ rating: 5 });
});

test('who answers too late is told kindly, in their language, and nothing changes', async () => {
  const { tenantId, ticket, ann, bob, place, now, news } = await openTicket();
  await bed.as(tenantId).assignTicket({ ticketId: ticket.id, worker: 'bob' });
  news();
  await bed.request(tenantId, { ...ann, ...answer(ticket.id, 'accept') });
  expect(news()).toEqual(['told 0001: 工单 1001 现在不由您负责，您不用再处理了，谢谢。']);
  await bed.request(tenantId, { ...bob, ...answer(ticket.id, 'accept') });
  news();
  await bed.request(tenantId, { ...bob, ...answer(ticket.id, 'accept') });
  expect(news()).toEqual(['told 0002: Ticket 1001 is being worked on; this is not needed now.']);
  await bed.request(tenantId, { ...place, ...answer(ticket.id, 'rate-5') });
  expect(news()).toEqual(['told 0001: 编号 1001 的报修目前正在处理，现在不能这样操作。']);
  expect(await now()).toMatchObject({ worker: 'bob', state: TicketState.TICKET_STATE_ACCEPTED, seq: 4n });
});

test('nobody answers for another: a worker from their own address, a customer from theirs', async () => {
  const { tenantId, ticket, place, ann, bob, now, news } = await openTicket();
  news();
  const strangers = [
    { ...bob, ...answer(ticket.id, 'accept') },
    { ...place, ...answer(ticket.id, 'accept') },
    { ...bed.from(tenantId, crew.ann.address, 'shop'), ...answer(ticket.id, 'accept') },
    { ...ann, ...answer(ticket.id, 'rate-5') },
    { ...place, address: '+8613800000002', ...answer(ticket.id, 'reopen') },
    { ...bed.from(tenantId, customer, 'crew'), ...answer(ticket.id, 'confirm') },
  ];
  for (const stranger of strangers) {
    await bed.request(tenantId, stranger);
    expect(news()).toEqual([
      expect.stringMatching(/^told \d{4}: (工单 1001 现在不由您负责|Ticket 1001 is no longer yours)/),
    ]);
  }
  expect(await now()).toMatchObject({ state: TicketState.TICKET_STATE_ASSIGNED, seq: 2n });
});

test('a repeat of a request has no effect, whatever it says', async () => {
  const { tenantId, ticket, ann, now } = await openTicket();
  const requestId = newId();
  await bed.request(tenantId, { requestId, ...ann, ...answer(ticket.id, 'accept') });
  await bed.request(tenantId, { requestId, ...ann, ...answer(ticket.id, 'accept') });
  await bed.request(tenantId, { requestId, ...ann, ...answer(ticket.id, 'complete') });
  expect(await now()).toMatchObject({ state: TicketState.TICKET_STATE_ACCEPTED, seq: 3n });
  const place = bed.from(tenantId);
  const again = { requestId: newId(), ...place, request: wish() };
  await bed.request(tenantId, again, again);
  await bed.request(tenantId, again);
  expect((await bed.as(tenantId).listTickets({})).tickets.map(({ number }) => number)).toEqual([
    1002n,
    1001n,
  ]);
});

test('several requests of one batch are done in order', async () => {
  const { tenantId, ticket, ann, place, now } = await openTicket();
  const outcomes = await bed.request(
    tenantId,
    { ...ann, ...answer(ticket.id, 'accept') },
    { ...place, request: wish() },
    { ...ann, ...answer(ticket.id, 'complete') },
    { ...place, ...answer(ticket.id, 'rate-3') },
  );
  expect(outcomes.map(({ kind }) => kind)).toEqual(['ok', 'ok', 'ok', 'ok']);
  expect(await now()).toMatchObject({ state: TicketState.TICKET_STATE_CLOSED, rating: 3 });
});

test('what does not fit its type is told, kept for an operator, and done when it is replayed', async () => {
  const tenantId = bed.addTenant();
  const request = { requestId: newId(), ...bed.from(tenantId), request: wish({ type: 'unheard-of' }) };
  const [outcome] = await bed.request(tenantId, request);
  expect(outcome).toMatchObject({ kind: 'deadLetter', code: 'INVALID_ARGUMENT' });
  expect(bed.told(tenantId)).toMatchObject([{ what: 'told', ticketId: '' }]);
  expect(bed.told(tenantId)[0]?.notices.map(said)).toEqual([expect.stringContaining('没有成功')]);
  bed.directory.declare(tenantId, { types: { 'unheard-of': repair }, workers: crew }, false);
  expect(await bed.request(tenantId, request)).toEqual([{ kind: 'ok' }]);
  expect((await bed.as(tenantId).listTickets({})).tickets).toHaveLength(1);
});

test.each<[what: string, value: object]>([
  ['a value that does not fit', { form: { building: '7', problem: 'x' } }],
  ['a value that is missing', { form: { building: '1' } }],
  ['a value that nobody asked for', { form: { ...form, secret: 'x' } }],
  ['no form', { form: undefined }],
])('refuses %s; others of the batch are done', async (_, value) => {
  const tenantId = bed.addTenant();
  const place = bed.from(tenantId);
  const outcomes = await bed.request(
    tenantId,
    { ...place, request: wish(value) },
    { ...place, request: wish() },
  );
  expect(outcomes.map(({ kind }) => kind)).toEqual(['deadLetter', 'ok']);
  expect((await bed.as(tenantId).listTickets({})).tickets).toHaveLength(1);
});

test('what is no request at all goes to the dead letters or is dropped', async () => {
  const { tenantId, ticket, ann, now } = await openTicket();
  const outcomes = await bed.request(
    tenantId,
    { requestId: 'no uuid', ...ann, ...answer(ticket.id, 'accept') },
    { tenantId: newId(), ...ann, ...answer(ticket.id, 'accept') },
    { ...ann },
    { ...ann, ...answer(newId(), 'accept') },
    { ...ann, ...answer('1001', 'accept') },
    { ...ann, ...answer(ticket.id, 'constructor') },
    { ...ann, ...answer(ticket.id, 'rate-9') },
  );
  expect(outcomes.map(({ kind }) => kind)).toEqual([
    'deadLetter',
    'deadLetter',
    'deadLetter',
    'drop',
    'drop',
    'drop',
    'drop',
  ]);
  expect(await now()).toMatchObject({ seq: 2n });
});

test('batches of several tenants take numbers in one order, in whatever order they were asked for', async () => {
  const tenants = [bed.addTenant(), bed.addTenant()];
  for (const tenantId of tenants) await bed.request(tenantId, { ...bed.from(tenantId), request: wish() });
  const watch = await openLockWatch(bed.url);
  const text = 'select from ticket.ticket_number where tenant_id = any($1::uuid[]) for update';
  const letGo = await watch.hold([{ text, values: [tenants] }]);
  try {
    const batch = (ids: readonly string[]) =>
      bed.requestAll(ids.map((tenantId) => ({ tenantId, ...bed.from(tenantId), request: wish() })));
    const done = Promise.all([batch(tenants), batch(tenants.toReversed())]);
    // Each waits for its first number.
    while ((await watch.query({ text: waitingText })).length < 2) await new Promise(setImmediate);
    await letGo();
    expect(await done).toEqual([1, 2].map(() => [{ kind: 'ok' }, { kind: 'ok' }]));
  } finally {
    await letGo();
    await watch.end();
  }
});

test('while directory is away the batch waits', async () => {
  const tenantId = bed.addTenant();
  bed.directory.away(true);
  try {
    const asked = bed.request(tenantId, { ...bed.from(tenantId), request: wish() });
    await expect(asked).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  } finally {
    bed.directory.away(false);
  }
  expect(await bed.request(tenantId, { ...bed.from(tenantId), request: wish() })).toEqual([{ kind: 'ok' }]);
});

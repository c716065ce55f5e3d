import { TicketState } from '@omnigate/contracts';
import { newId } from '@omnigate/runtime';
import { type Bed, customer, openBed, said } from '../testing/bed';
import { crew, repair, usual } from '../testing/declared';

let bed: Bed;
beforeAll(async () => {
  bed = await openBed();
});
afterAll(() => bed.close());

const form = { building: '1', problem: '水管漏水' };
const picture = { mediaId: newId(), contentType: 'image/jpeg' };

/** What happened to a tenant's tickets, such as `ASSIGNED by system: ann`. */
const history = (tenantId: string): string[] =>
  bed.told(tenantId).map(({ what, actor, note }) => `${what} by ${actor}${note ? `: ${note}` : ''}`);

/** Who was told what since the given place, such as `+861…: text`. */
const notices = (tenantId: string, from = 0): string[] =>
  bed
    .told(tenantId)
    .slice(from)
    .flatMap((told) => told.notices.map((notice) => `${notice.address}: ${said(notice)}`));

const make = async (tenantId: string, more: object = {}) => {
  const made = await bed.as(tenantId).createTicket({
    requestId: newId(),
    type: 'repair',
    form,
    channel: 'shop',
    address: customer,
    ...more,
  });
  return made.ticket?.id ?? '';
};

test('from the customer to the rating, everybody is told each step', async () => {
  const tenantId = bed.addTenant();
  const desk = bed.as(tenantId, { roles: ['agent'], agent: 'eve' });
  const ticketId = await make(tenantId, { media: [picture] });
  const ann = bed.as(tenantId, { roles: ['worker'], worker: 'ann', keyName: 'ann-key' });
  await ann.acceptTicket({ requestId: newId(), ticketId });
  const result = { result: '换了阀门', media: [picture] };
  await ann.completeTicket({ requestId: newId(), ticketId, ...result });
  await desk.rateTicket({ requestId: newId(), ticketId, rating: 5, comment: '很快' });

  expect(history(tenantId)).toEqual([
    'CREATED by desk',
    'ASSIGNED by system: ann',
    'ACCEPTED by ann',
    'COMPLETED by ann: 换了阀门',
    'RATED by eve: 很快',
    'CLOSED by eve',
  ]);
  expect(bed.told(tenantId).map(({ seq }) => seq)).toEqual([1n, 2n, 3n, 4n, 5n, 6n]);
  expect(notices(tenantId)).toEqual([
    `${customer}: 您的报修已登记，编号 1001。我们会尽快安排人员处理。`,
    expect.stringMatching(
      /^\+8613900000001: 新工单 1001：报修\n楼栋：1 号楼\n故障：水管漏水\n请在 \d+月\d+日 \d\d:\d\d 前完成。您接单吗？ \[accept refuse\]$/,
    ),
    `${customer}: 编号 1001 的报修由安师傅负责处理。`,
    '+8613900000001: 您已接下工单 1001。完成后请发处理结果和照片，然后选“完成”。 [complete]',
    `${customer}: 编号 1001 的报修已处理完成。换了阀门\n问题解决了吗？请打分；没有解决也请告诉我们。 [rate-5 rate-4 rate-3 rate-2 rate-1 reopen]`,
    '+8613900000001: 谢谢！工单 1001 已标记为完成。',
    `${customer}: 谢谢您的评价！`,
  ]);
  const files = bed
    .told(tenantId)
    .flatMap((told) => told.notices.map(({ attachments }) => attachments.length));
  expect(files).toEqual([0, 1, 0, 0, 1, 0, 0]);

  const { ticket, events } = await desk.getTicket({ ticketId: '1001' });
  expect(ticket).toMatchObject({
    id: ticketId,
    state: TicketState.TICKET_STATE_CLOSED,
    building: '1',
    summary: '报修 1 号楼 水管漏水',
    worker: 'ann',
    result: '换了阀门',
    rating: 5,
    ratingComment: '很快',
    creator: 'desk',
    media: [picture],
    resultMedia: [picture],
  });
  expect(events.map(({ seq }) => seq)).toEqual([1n, 2n, 3n, 4n, 5n, 6n]);
  const times = events.map(({ createTime }) => createTime?.getTime() ?? 0);
  expect(times).toEqual([...times].sort((a, b) => a - b));
});

test('who refuses is not asked again; the next is told in their language; nobody left: it is open', async () => {
  const tenantId = bed.addTenant();
  const owner = bed.as(tenantId);
  const ticketId = await make(tenantId, { form: { ...form, building: '2' } });
  // Of two plumbers the first by name.
  expect((await owner.getTicket({ ticketId })).ticket?.worker).toBe('ann');
  const refusal = { ticketId, reason: 'ill' };
  expect((await owner.refuseTicket(refusal)).ticket).toMatchObject({ worker: 'bob' });
  expect(notices(tenantId, 3)).toEqual([
    expect.stringMatching(
      /^\+8613900000002: New ticket 1001: Repair\nBuilding: 2\nProblem: 水管漏水\nTo be done by \d+ \w+, \d\d:\d\d\. Do you take it\? \[accept refuse\]$/,
    ),
  ]);
  const bob = bed.as(tenantId, { roles: ['worker'], worker: 'bob' });
  await bob.acceptTicket({ ticketId });
  const { ticket } = await bob.refuseTicket({ ticketId });
  expect(ticket).toMatchObject({ worker: '', state: TicketState.TICKET_STATE_OPEN });
  expect(history(tenantId).slice(2)).toEqual([
    'REFUSED by desk: ill',
    'ASSIGNED by system: bob',
    'ACCEPTED by bob',
    'REFUSED by bob',
  ]);
  const { tickets } = await owner.listTickets({ state: TicketState.TICKET_STATE_OPEN });
  expect(tickets.map(({ id }) => id)).toEqual([ticketId]);
});

test('the plumber with less to do is asked first; where no rule fits nobody is', async () => {
  const tenantId = bed.addTenant();
  await make(tenantId);
  const second = await make(tenantId, { form: { ...form, building: '2' } });
  const nowhere = await make(tenantId, { form: { ...form, building: '9' } });
  const owner = bed.as(tenantId);
  expect((await owner.getTicket({ ticketId: second })).ticket?.worker).toBe('bob');
  expect((await owner.getTicket({ ticketId: nowhere })).ticket).toMatchObject({
    worker: '',
    state: TicketState.TICKET_STATE_OPEN,
  });
});

test.each([
  ['zh', '编号 1001 的报修由鲍师傅负责处理。'],
  ['en', 'Bob takes care of your request 1001 (Repair).'],
])('%s: who comes is named in the language of the customer', async (language, told) => {
  const tenantId = bed.addTenant();
  const owner = bed.as(tenantId);
  const ticketId = await make(tenantId, { language });
  await owner.assignTicket({ ticketId, worker: 'bob' });
  await owner.acceptTicket({ ticketId });
  expect(notices(tenantId)).toContain(`${customer}: ${told}`);
});

test('assigned to another, the first is told that it is no longer theirs', async () => {
  const tenantId = bed.addTenant();
  const owner = bed.as(tenantId);
  const ticketId = await make(tenantId);
  await owner.acceptTicket({ ticketId });
  await owner.assignTicket({ ticketId, worker: 'bob' });
  expect(history(tenantId).slice(3)).toEqual(['ASSIGNED by desk: bob']);
  expect(notices(tenantId, 3)).toEqual([
    '+8613900000001: 工单 1001 已改派给别人，您不用再处理了，谢谢。',
    expect.stringMatching(/^\+8613900000002: New ticket 1001/),
  ]);
  const state = expect.objectContaining({ code: 'TICKET_STATE' });
  await expect(owner.assignTicket({ ticketId, worker: 'bob' })).rejects.toEqual(state);
  await expect(owner.assignTicket({ ticketId, worker: 'nobody' })).rejects.toMatchObject({
    code: 'NOT_FOUND',
  });
  bed.directory.declare(tenantId, {
    types: { repair },
    workers: { ...crew, chief: { ...crew.chief, active: false } },
  });
  await expect(owner.assignTicket({ ticketId, worker: 'chief' })).rejects.toMatchObject({
    code: 'WORKER_INACTIVE',
  });
});

test('a worker who was applied a moment ago, unheard, can be assigned', async () => {
  const tenantId = bed.addTenant();
  const ticketId = await make(tenantId);
  bed.directory.declare(
    tenantId,
    { types: { repair }, workers: { ...crew, newcomer: { ...crew.chief } } },
    false,
  );
  const { ticket } = await bed.as(tenantId).assignTicket({ ticketId, worker: 'newcomer' });
  expect(ticket?.worker).toBe('newcomer');
});

test('reopened, it goes to the same worker, with new clocks and without its result', async () => {
  const tenantId = bed.addTenant();
  const owner = bed.as(tenantId);
  const ticketId = await make(tenantId);
  await owner.acceptTicket({ ticketId });
  await owner.completeTicket({ ticketId, result: 'done', media: [picture] });
  await owner.rateTicket({ ticketId, rating: 1 });
  const before = (await owner.getTicket({ ticketId })).ticket;
  const { ticket } = await owner.reopenTicket({ ticketId, reason: '还在漏' });
  expect(ticket).toMatchObject({
    state: TicketState.TICKET_STATE_ASSIGNED,
    worker: 'ann',
    reopenCount: 1,
    rating: 0,
    result: '',
    resultMedia: [],
  });
  expect(ticket?.dueTime?.getTime()).toBeGreaterThan(before?.dueTime?.getTime() ?? Number.POSITIVE_INFINITY);
  expect(history(tenantId).slice(6)).toEqual(['REOPENED by desk: 还在漏', 'ASSIGNED by system: ann']);
});

test('cancelled, customer and worker are told, and nothing more can happen', async () => {
  const tenantId = bed.addTenant();
  const owner = bed.as(tenantId);
  const ticketId = await make(tenantId);
  await owner.cancelTicket({ ticketId, reason: 'by mistake' });
  expect(notices(tenantId, 2)).toEqual([
    `${customer}: 编号 1001 的报修已取消。`,
    '+8613900000001: 工单 1001 已取消，您不用再处理了。',
  ]);
  const moves: (() => Promise<unknown>)[] = [
    () => owner.cancelTicket({ ticketId }),
    () => owner.acceptTicket({ ticketId }),
    () => owner.refuseTicket({ ticketId }),
    () => owner.completeTicket({ ticketId }),
    () => owner.rateTicket({ ticketId, rating: 3 }),
    () => owner.reopenTicket({ ticketId }),
    () => owner.assignTicket({ ticketId, worker: 'bob' }),
  ];
  for (const move of moves)
    await expect(move()).rejects.toMatchObject({ code: 'TICKET_STATE', metadata: { state: 'CANCELLED' } });
  expect(bed.told(tenantId)).toHaveLength(3);
});

test('with nobody to tell it goes on without a word', async () => {
  const tenantId = bed.addTenant({
    types: { repair },
    workers: { ann: { skills: [], active: true, language: 'zh' } },
  });
  const owner = bed.as(tenantId);
  const { ticket } = await owner.createTicket({ type: 'repair', form });
  const ticketId = ticket?.id ?? '';
  await owner.acceptTicket({ ticketId });
  await owner.completeTicket({ ticketId });
  await owner.rateTicket({ ticketId, rating: 4 });
  expect(notices(tenantId)).toEqual([]);
  expect(ticket).toMatchObject({ channel: '', address: '', conversationId: '', language: 'zh' });
});

test('a type that is gone leaves its tickets to be finished', async () => {
  const tenantId = bed.addTenant();
  const owner = bed.as(tenantId);
  const ticketId = await make(tenantId);
  bed.directory.declare(tenantId, { types: {}, workers: usual.workers });
  await owner.acceptTicket({ ticketId });
  await owner.completeTicket({ ticketId });
  const { ticket } = await owner.rateTicket({ ticketId, rating: 4 });
  expect(ticket?.state).toBe(TicketState.TICKET_STATE_CLOSED);
  expect(notices(tenantId, 2)[0]).toBe(`${customer}: 编号 1001 的repair由安师傅负责处理。`);
});

test('a type that can not be read keeps nobody from the others', async () => {
  const tenantId = bed.addTenant({
    types: { broken: { form: { properties: null } }, repair },
    workers: crew,
  });
  expect(await make(tenantId)).not.toBe('');
  await expect(make(tenantId, { type: 'broken' })).rejects.toMatchObject({ fields: [{ field: 'type' }] });
});

import { TicketServiceService, TicketState } from '@omnigate/contracts';
import type { Identity, Role } from '@omnigate/rpc';
import { newId } from '@omnigate/runtime';
import { type Bed, customer, openBed } from '../../testing/bed';
import { crew, repair } from '../../testing/declared';

let bed: Bed;
beforeAll(async () => {
  bed = await openBed();
});
afterAll(() => bed.close());

const form = { building: '1', problem: '水管漏水' };
const worker = (name: string): Partial<Identity> => ({
  roles: ['worker'],
  worker: name,
  keyName: `${name}-key`,
});
const notFound = expect.objectContaining({ code: 'NOT_FOUND' });
const denied = expect.objectContaining({ code: 'PERMISSION_DENIED' });

const make = async (tenantId: string, more: object = {}) =>
  (await bed.as(tenantId).createTicket({ type: 'repair', form, ...more })).ticket?.id ?? '';

test.each<[what: string, request: object, field: string]>([
  ['an unknown type', { type: 'nothing' }, 'type'],
  ['no form', { form: undefined }, 'form.building'],
  ['an unknown building', { form: { ...form, building: '7' } }, 'form.building'],
  ['a problem that is too long', { form: { ...form, problem: 'x'.repeat(51) } }, 'form.problem'],
  ['a floor that is no number', { form: { ...form, floor: 'first' } }, 'form.floor'],
  ['what nobody asked for', { form: { ...form, colour: 'red' } }, 'form.colour'],
  ['an id of a request that is none', { requestId: 'x' }, 'request_id'],
  ['an address on no channel', { address: customer }, 'channel'],
  ['a channel without an address', { channel: 'shop' }, 'address'],
  ['two ways to say who', { conversationId: newId(), channel: 'shop' }, 'conversation_id'],
  ['a conversation that is none', { conversationId: 'x' }, 'conversation_id'],
  ['a language that nobody is told in', { language: 'fr' }, 'language'],
  ['a long summary', { summary: 'x'.repeat(201) }, 'summary'],
  ['a file by its address', { media: [{ providerUrl: 'http://10.0.0.1/' }] }, 'media[0].media_id'],
  ['many files', { media: Array.from({ length: 21 }, () => ({ mediaId: newId() })) }, 'media'],
])('refuses to make a ticket with %s, and says where', async (_, request, field) => {
  const owner = bed.as(bed.addTenant());
  await expect(owner.createTicket({ type: 'repair', form, ...request })).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
    fields: expect.arrayContaining([expect.objectContaining({ field })]),
  });
  expect((await owner.listTickets({})).tickets).toEqual([]);
});

test('a ticket of a conversation is told in it; of an address, there', async () => {
  const tenantId = bed.addTenant(undefined, { locale: 'en-GB' });
  const owner = bed.as(tenantId);
  const { id: channelId, type: channelType } = bed.directory.channel(tenantId, 'shop');
  const conversation = {
    id: newId(),
    channelId,
    channelType,
    channel: 'shop',
    address: customer,
    contactId: newId(),
    threadKey: '',
  };
  bed.addConversation(conversation);
  const { ticket } = await owner.createTicket({ type: 'repair', form, conversationId: conversation.id });
  expect(ticket).toMatchObject({
    conversationId: conversation.id,
    contactId: conversation.contactId,
    language: 'en',
  });
  const [made] = bed.told(tenantId);
  expect(made?.notices).toMatchObject([
    { conversationId: conversation.id, channel: { id: channelId, type: channelType }, address: customer },
  ]);
  await owner.createTicket({ type: 'repair', form, channel: 'shop', address: customer });
  expect(bed.told(tenantId)[2]?.notices).toMatchObject([{ conversationId: '', channel: { id: channelId } }]);
  await expect(owner.createTicket({ type: 'repair', form, conversationId: newId() })).rejects.toEqual(
    notFound,
  );
  await expect(
    owner.createTicket({ type: 'repair', form, channel: 'nowhere', address: customer }),
  ).rejects.toEqual(notFound);
});

test('a repeat of a request gets the first answer, another payload none', async () => {
  const tenantId = bed.addTenant();
  const owner = bed.as(tenantId);
  const request = { requestId: newId(), type: 'repair', form };
  const [first, ...others] = await Promise.all([1, 2, 3].map(() => owner.createTicket(request)));
  for (const other of others) expect(other).toEqual(first);
  const reused = expect.objectContaining({ code: 'REQUEST_ID_REUSED' });
  await expect(owner.createTicket({ ...request, summary: 'other' })).rejects.toEqual(reused);
  const ticketId = first?.ticket?.id ?? '';
  const move = { requestId: newId(), ticketId };
  const accepted = await owner.acceptTicket(move);
  expect(await owner.acceptTicket(move)).toEqual(accepted);
  // The same bytes, but of another method.
  await expect(owner.refuseTicket(move)).rejects.toEqual(reused);
  expect((await owner.listTickets({})).tickets).toHaveLength(1);
});

test('another tenant has its own numbers and sees nothing of the first', async () => {
  const [mine, yours] = [bed.addTenant(), bed.addTenant()];
  const ticketId = await make(mine);
  const stranger = bed.as(yours);
  const moves: Record<string, (id: string) => Promise<unknown>> = {
    get: (id) => stranger.getTicket({ ticketId: id }),
    assign: (id) => stranger.assignTicket({ ticketId: id, worker: 'bob' }),
    accept: (id) => stranger.acceptTicket({ ticketId: id }),
    refuse: (id) => stranger.refuseTicket({ ticketId: id }),
    complete: (id) => stranger.completeTicket({ ticketId: id }),
    rate: (id) => stranger.rateTicket({ ticketId: id, rating: 1 }),
    reopen: (id) => stranger.reopenTicket({ ticketId: id }),
    cancel: (id) => stranger.cancelTicket({ ticketId: id }),
  };
  for (const move of Object.values(moves)) {
    await expect(move(ticketId)).rejects.toEqual(notFound);
    await expect(move('1001')).rejects.toEqual(notFound);
  }
  expect((await stranger.listTickets({})).tickets).toEqual([]);
  await make(yours);
  expect((await stranger.getTicket({ ticketId: '1001' })).ticket?.id).not.toBe(ticketId);
});

test("a worker's key sees and moves its own tickets alone", async () => {
  const tenantId = bed.addTenant();
  const [ticketId, other] = [
    await make(tenantId),
    await make(tenantId, { form: { ...form, building: '2' } }),
  ];
  const [ann, bob] = [bed.as(tenantId, worker('ann')), bed.as(tenantId, worker('bob'))];
  expect((await ann.listTickets({})).tickets.map(({ id }) => id)).toEqual([ticketId]);
  expect((await ann.listTickets({ worker: 'bob' })).tickets).toEqual([]);
  expect((await bob.listTickets({ worker: 'bob' })).tickets.map(({ id }) => id)).toEqual([other]);
  await expect(bob.getTicket({ ticketId })).rejects.toEqual(notFound);
  await expect(bob.acceptTicket({ ticketId })).rejects.toEqual(notFound);
  await expect(bob.completeTicket({ ticketId: '1001' })).rejects.toEqual(notFound);
  await expect(ann.acceptTicket({ ticketId, worker: 'bob' })).rejects.toEqual(denied);
  await expect(ann.createTicket({ type: 'repair', form })).rejects.toEqual(denied);
  await expect(ann.assignTicket({ ticketId, worker: 'bob' })).rejects.toEqual(denied);
  await expect(ann.rateTicket({ ticketId, rating: 5 })).rejects.toEqual(denied);
  await ann.acceptTicket({ ticketId, worker: 'ann' });
  const nameless = bed.as(tenantId, { roles: ['worker'], keyName: 'old' });
  await expect(nameless.listTickets({})).rejects.toEqual(denied);
});

test('whoever acts for a worker names the one who has it', async () => {
  const tenantId = bed.addTenant();
  const owner = bed.as(tenantId);
  const ticketId = await make(tenantId);
  await expect(owner.acceptTicket({ ticketId, worker: 'bob' })).rejects.toMatchObject({
    code: 'TICKET_NOT_YOURS',
  });
  expect((await owner.acceptTicket({ ticketId, worker: 'ann' })).ticket?.state).toBe(
    TicketState.TICKET_STATE_ACCEPTED,
  );
});

const everybody: Role[] = [
  'owner',
  'admin',
  'supervisor',
  'agent',
  'worker',
  'auditor',
  'service',
  'operator',
];
test.each(Object.keys(TicketServiceService))('who may call %s', async (method) => {
  const tenantId = bed.addTenant();
  const allowed: string[] = [];
  for (const role of everybody) {
    const client = bed.as(tenantId, { roles: [role], worker: 'ann' }) as unknown as Record<
      string,
      (request: object) => Promise<unknown>
    >;
    const outcome = await client[method]?.({ ticketId: '1' }).then(
      () => 'done',
      (error: { code?: string }) => error.code,
    );
    if (outcome !== 'PERMISSION_DENIED') allowed.push(role);
  }
  const actors = ['owner', 'admin', 'supervisor', 'agent', 'service', 'operator'];
  const workers = ['acceptTicket', 'refuseTicket', 'completeTicket'];
  const readers = ['getTicket', 'listTickets'];
  const more = readers.includes(method) ? ['worker', 'auditor'] : workers.includes(method) ? ['worker'] : [];
  expect([...allowed].sort()).toEqual([...actors, ...more].sort());
});

test('lists newest first, page by page, by state, type, worker and conversation', async () => {
  const types = { repair, other: { ...repair, dispatch: [{ skill: 'none' }] } };
  const tenantId = bed.addTenant({ types, workers: crew });
  const owner = bed.as(tenantId);
  for (let made = 0; made < 5; made += 1) await make(tenantId, { type: made % 2 === 0 ? 'repair' : 'other' });
  const numbers = async (filter: object) => {
    const found: bigint[] = [];
    let pageToken = '';
    do {
      const page = await owner.listTickets({ ...filter, pageSize: 2, pageToken });
      expect(page.tickets.length).toBeLessThanOrEqual(2);
      found.push(...page.tickets.map(({ number }) => number));
      pageToken = page.nextPageToken;
    } while (pageToken !== '');
    return found;
  };
  expect(await numbers({})).toEqual([1005n, 1004n, 1003n, 1002n, 1001n]);
  expect(await numbers({ type: 'other' })).toEqual([1004n, 1002n]);
  expect(await numbers({ state: TicketState.TICKET_STATE_OPEN })).toEqual([1004n, 1002n]);
  expect(await numbers({ worker: 'ann' })).toEqual([1005n, 1003n, 1001n]);
  expect(await numbers({ conversationId: newId() })).toEqual([]);
  await expect(owner.listTickets({ pageToken: 'x' })).rejects.toMatchObject({ code: 'PAGE_TOKEN_INVALID' });
  await expect(owner.listTickets({ state: 99 as TicketState })).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
  });
});

test.each(['', 'x', '0', '-1', '12345678901234567890'])('%j is no ticket', async (ticketId) => {
  const owner = bed.as(bed.addTenant());
  await expect(owner.getTicket({ ticketId })).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
    fields: [{ field: 'ticket_id' }],
  });
});

test.each([0, 6, -1])('%d is no rating', async (rating) => {
  const owner = bed.as(bed.addTenant());
  await expect(owner.rateTicket({ ticketId: '1001', rating })).rejects.toMatchObject({
    fields: [{ field: 'rating' }],
  });
});

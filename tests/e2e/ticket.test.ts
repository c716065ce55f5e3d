import { randomUUID } from 'node:crypto';
import {
  ConversationServiceService,
  DirectoryServiceService,
  TicketEventKind,
  TicketServiceService,
  TicketState,
} from '@omnigate/contracts';
import { type AgentDesk, openAgentDesk } from '../journeys/agent-desk';
import { demoTickets } from '../journeys/demo-tickets';
import { eventually } from '../journeys/eventually';
import { type OpenedOmnigate, openOmnigate } from '../journeys/open-omnigate';
import { openSmsShop, resource, type SmsShop } from '../journeys/sms-shop';

const form = { building: '1', room: '1201', problem: '水管漏水' };
const picture = (mediaId: string) => ({ mediaId, contentType: 'image/jpeg' });
const shortKind = (kind: TicketEventKind) => (TicketEventKind[kind] ?? '').replace('TICKET_EVENT_KIND_', '');

describe('tickets over gRPC', () => {
  let omnigate: OpenedOmnigate;
  let shop: SmsShop;
  let desk: AgentDesk;
  const keys = new Map<string, string>();

  beforeAll(async () => {
    omnigate = await openOmnigate({ demo: false });
    shop = await openSmsShop(omnigate);
    desk = await openAgentDesk(omnigate, { name: 'rosa' });
    await desk.comeOnline();
    const workers = ['ann', 'bob'].map((name, index) =>
      resource('Worker', name, { channel: 'shop-sms', address: `+86139000010${index}`, skills: ['pipes'] }),
    );
    const repairs = resource('TicketType', 'leak', {
      title: { zh: '漏水报修', en: 'Leak' },
      form: {
        required: ['building', 'room', 'problem'],
        properties: Object.fromEntries(
          Object.keys(form).map((name) => [
            name,
            { type: 'string', title: { en: name }, ask: { en: `${name}?` } },
          ]),
        ),
      },
      building: 'building',
      dispatch: [{ buildings: ['1'], worker: 'ann' }, { skill: 'pipes' }],
    });
    const opened = ['ann', 'bob'].map((worker) =>
      resource('ApiKey', `${worker}-key`, { role: 'worker', worker }),
    );
    const applied = await omnigate
      .client(DirectoryServiceService)
      .applyResources({ resources: [repairs, ...workers, ...opened] });
    for (const { resource: made } of applied.resources)
      if (made?.kind === 'ApiKey') keys.set(made.metadata?.name ?? '', String(made.status?.key));
  }, 240_000);
  afterAll(async () => {
    desk?.close();
    await shop?.twilio.stop();
    await omnigate?.close();
  }, 60_000);

  const as = (apiKey: string | undefined) => omnigate.client(TicketServiceService, apiKey ? { apiKey } : {});
  const worker = (name: string) => as(keys.get(`${name}-key`));

  /** The conversation of a customer who has written. */
  async function conversationOf(customer: string): Promise<string> {
    await shop.twilio.inbound({ url: shop.webhookUrl, from: customer, body: '您好' });
    const conversations = omnigate.client(ConversationServiceService);
    const { id } = await eventually(
      async () => (await conversations.listConversations({ address: customer })).conversations[0],
      { what: 'the conversation' },
    );
    return id;
  }

  test('an agent has a repair made with a picture; a worker takes and finishes it; it is rated', async () => {
    const customer = '+8613800002001';
    const conversationId = await conversationOf(customer);
    const [before, after] = [randomUUID(), randomUUID()];
    const request = { requestId: randomUUID(), type: 'leak', form, conversationId, media: [picture(before)] };
    const { ticket } = await as(desk.apiKey).createTicket(request);
    expect((await as(desk.apiKey).createTicket(request)).ticket?.id).toBe(ticket?.id);
    expect(ticket).toMatchObject({
      state: TicketState.TICKET_STATE_ASSIGNED,
      worker: 'ann',
      building: '1',
      channel: 'shop-sms',
      address: customer,
      creator: 'rosa',
      language: 'zh',
      media: [{ mediaId: before }],
    });
    const ticketId = String(ticket?.number);
    const ann = worker('ann');
    await expect(worker('bob').getTicket({ ticketId })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(ann.completeTicket({ ticketId })).rejects.toMatchObject({ code: 'TICKET_STATE' });
    await ann.acceptTicket({ requestId: randomUUID(), ticketId });
    await ann.completeTicket({
      requestId: randomUUID(),
      ticketId,
      result: '换了阀门',
      media: [picture(after)],
    });
    await as(desk.apiKey).rateTicket({ requestId: randomUUID(), ticketId, rating: 5, comment: '很快' });

    const { ticket: closed, events } = await as(desk.apiKey).getTicket({ ticketId });
    expect(closed).toMatchObject({
      state: TicketState.TICKET_STATE_CLOSED,
      rating: 5,
      ratingComment: '很快',
      result: '换了阀门',
      resultMedia: [{ mediaId: after }],
    });
    expect(events.map(({ seq, kind, actor, note }) => [Number(seq), shortKind(kind), actor, note])).toEqual([
      [1, 'CREATED', 'rosa', ''],
      [2, 'ASSIGNED', 'system', 'ann'],
      [3, 'ACCEPTED', 'ann', ''],
      [4, 'COMPLETED', 'ann', '换了阀门'],
      [5, 'RATED', 'rosa', '很快'],
      [6, 'CLOSED', 'rosa', ''],
    ]);
    const { tickets } = await as(undefined).listTickets({ conversationId });
    expect(tickets.map(({ id }) => id)).toEqual([ticket?.id]);
  });

  test('refused, it goes to the next; refused by all, it is open for people to see', async () => {
    const { ticket } = await as(undefined).createTicket({ type: 'leak', form });
    const ticketId = ticket?.id ?? '';
    expect((await worker('ann').refuseTicket({ ticketId, reason: 'on leave' })).ticket?.worker).toBe('bob');
    await expect(worker('ann').acceptTicket({ ticketId })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await worker('bob').refuseTicket({ ticketId });
    const { tickets } = await as(undefined).listTickets({ state: TicketState.TICKET_STATE_OPEN });
    expect(tickets.map(({ id, worker: nobody }) => [id, nobody])).toEqual([[ticketId, '']]);
    await as(desk.apiKey).assignTicket({ ticketId, worker: 'ann' });
    expect(
      (await worker('ann').listTickets({ state: TicketState.TICKET_STATE_ASSIGNED })).tickets,
    ).toHaveLength(1);
  });

  test('values that do not fit are refused by their names, and nothing is made', async () => {
    const { tickets: before } = await as(undefined).listTickets({});
    const fieldsOf = (request: object) =>
      as(desk.apiKey)
        .createTicket({ type: 'leak', form, ...request })
        .catch(({ code, fields }) => [code, ...fields.map(({ field }: { field: string }) => field)]);
    expect(await fieldsOf({ form: { building: '1', problem: 7, odd: 'x' } })).toEqual(
      expect.arrayContaining(['INVALID_ARGUMENT', 'form.room', 'form.problem', 'form.odd']),
    );
    expect(await fieldsOf({ type: 'nothing' })).toEqual(['INVALID_ARGUMENT', 'type']);
    expect((await as(undefined).listTickets({})).tickets).toHaveLength(before.length);
  });

  test('the types of the demo are given to the people of the demo, in both languages', async () => {
    const directory = omnigate.client(DirectoryServiceService);
    await directory.applyResources({ resources: demoTickets() });
    const { ticket } = await as(undefined).createTicket({ type: 'repair', form, language: 'en' });
    expect(ticket).toMatchObject({ worker: 'demo-li', summary: 'Repair Building 1 1201 水管漏水' });
    const { resources } = await directory.listResources({ kind: 'TicketType' });
    const names = resources.map(({ metadata }) => metadata?.name);
    expect(names.sort()).toEqual(['complaint', 'leak', 'parcel-problem', 'repair', 'return']);
  });
});

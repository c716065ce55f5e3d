import {
  ConversationOwner,
  ConversationServiceService,
  ConversationState,
  DirectoryServiceService,
  type Ticket,
  TicketServiceService,
  TicketState,
} from '@omnigate/contracts';
import { samplePng, type WebVisitor } from '@omnigate/testkit';
import { demoTickets } from '../journeys/demo-tickets';
import { eventually } from '../journeys/eventually';
import { type OpenedOmnigate, openOmnigate } from '../journeys/open-omnigate';
import { openSmsShop, resource, type SmsShop } from '../journeys/sms-shop';
import { openWebShop, type WebShop } from '../journeys/web-shop';

const worker = '+8613900003001';

describe('tickets asked for in the chat', () => {
  let omnigate: OpenedOmnigate;
  let sms: SmsShop;
  let web: WebShop;
  const visitors: WebVisitor[] = [];

  beforeAll(async () => {
    omnigate = await openOmnigate();
    sms = await openSmsShop(omnigate, { resources: demoTickets() });
    web = await openWebShop(omnigate);
    // The demo's worker of buildings 1 to 3 is told by SMS.
    const told = { display_name: '李师傅', channel: 'shop-sms', address: worker, skills: ['repair'] };
    await omnigate
      .client(DirectoryServiceService)
      .applyResources({ resources: [resource('Worker', 'demo-li', told)] });
  }, 240_000);
  afterAll(async () => {
    for (const visitor of visitors) visitor.drop();
    await sms?.twilio.stop();
    await omnigate?.close();
  }, 60_000);

  const sentTo = (to: string) => sms.twilio.messages.filter((message) => message.to === to);
  /** Who writes, and waits until so many more messages have come back. @returns the last of them */
  async function write(
    from: string,
    body: string,
    o: { picture?: boolean; answers?: number } = {},
  ): Promise<string> {
    const count = sentTo(from).length + (o.answers ?? 1);
    const media = o.picture ? [{ body: samplePng(), contentType: 'image/png' }] : [];
    await sms.twilio.inbound({ url: sms.webhookUrl, from, body, media });
    await eventually(() => sentTo(from).length >= count, {
      what: `${count} messages to ${from} after ${body}`,
    });
    return sentTo(from).at(-1)?.body ?? '';
  }
  const told = (to: string, fits: RegExp) =>
    eventually(() => sentTo(to).find(({ body }) => fits.test(body))?.body, { what: `${fits} to ${to}` });
  async function ticketOf(address: string, fits: (ticket: Ticket) => boolean = () => true): Promise<Ticket> {
    const tickets = omnigate.client(TicketServiceService);
    return eventually(
      async () => {
        const list = await tickets.listTickets({ pageSize: 100 });
        return list.tickets.find((ticket) => ticket.address === address && fits(ticket));
      },
      { what: `the ticket of ${address}` },
    );
  }
  const conversationsOf = async (address: string) =>
    (await omnigate.client(ConversationServiceService).listConversations({ address })).conversations;

  test('by SMS: a picture of a leak becomes a repair, done with a picture and rated by number', async () => {
    const customer = '+8613800003001';
    const offered = await write(customer, '', { picture: true });
    expect(offered).toMatch(/^收到您的图片。请问需要/);
    const number = /^(\d)\. 报修$/m.exec(offered)?.[1] ?? '';
    expect(await write(customer, number)).toMatch(/几号楼/);
    expect(await write(customer, '3号楼')).toMatch(/房号/);
    // In between, what the knowledge knows is answered, and what was asked is asked again.
    expect(await write(customer, '物业费怎么交？')).toMatch(/物业费[\s\S]*房号/);
    expect(await write(customer, '1201')).toMatch(/故障/);
    await write(customer, '厨房水管漏水', { answers: 2 });
    await told(customer, /^好的，已为您登记报修：.*1201室，厨房水管漏水。附图 1 张。$/);
    await told(customer, /已登记，编号 \d+/);
    const made = await ticketOf(customer);
    expect(made).toMatchObject({
      type: 'repair',
      form: { building: '3', room: '1201', problem: '厨房水管漏水' },
      building: '3',
      worker: 'demo-li',
      language: 'zh',
      media: [{ mediaId: expect.stringMatching(/./), contentType: 'image/png' }],
      creator: 'bot',
    });

    expect(await told(worker, new RegExp(`工单 ${made.number}`))).toMatch(/1\. 接单\n2\. /);
    expect(await write(worker, '1')).toMatch(/您已接下工单[\s\S]*1\. 完成/);
    await told(customer, /李师傅/);
    // What a worker sends before completing is the report, and nobody's question.
    const before = sentTo(worker).length;
    await sms.twilio.inbound({ url: sms.webhookUrl, from: worker, body: '换了阀门' });
    expect(await write(worker, '1', { picture: true })).toMatch(/已标记为完成/);
    expect(sentTo(worker)).toHaveLength(before + 1);
    const rating = await told(customer, /已处理完成/);
    expect(rating).toMatch(/换了阀门[\s\S]*5\. [\s\S]*1\. /);
    await write(customer, '5');
    const closed = await ticketOf(customer, ({ rating: stars }) => stars > 0);
    expect(closed).toMatchObject({
      state: TicketState.TICKET_STATE_CLOSED,
      rating: 5,
      result: '换了阀门',
      resultMedia: [{ mediaId: expect.stringMatching(/./) }],
    });
    // No person was needed, by the customer or by the worker.
    for (const address of [customer, worker]) {
      for (const { owner } of await conversationsOf(address))
        expect(owner).toBe(ConversationOwner.CONVERSATION_OWNER_BOT);
    }
  }, 120_000);

  test('on web chat: slots by menu, in English; then a question whose answer solves it', async () => {
    const visitor = web.visitor();
    visitors.push(visitor);
    await visitor.connect();
    const fromBot = (fits: RegExp) =>
      visitor.message(({ from, content }) => from.role === 'bot' && fits.test(content.text ?? ''));
    await visitor.say('My tap is leaking');
    const { content } = await fromBot(/Which building/);
    const options = (content as { options?: { id: string; label: string }[] }).options ?? [];
    const second = options.find(({ label }) => label === 'Building 2');
    await visitor.choose(second ?? { id: '', label: '' });
    await fromBot(/Which room/);
    await visitor.say('no, building 3');
    await eventually(
      () => visitor.messages.filter(({ content: { text } }) => /Which room/.test(text ?? '')).length > 1,
    );
    await visitor.say('room 1203');
    await fromBot(/^Done, I have noted this down \(Repair\): Building 3, room 1203, My tap is leaking\.$/);
    await visitor.message(
      ({ from, content: { text } }) => from.role === 'system' && /number \d+/.test(text ?? ''),
    );
    const made = await ticketOf(visitor.visitorId);
    expect(made).toMatchObject({
      form: { building: '3', room: '1203', problem: 'My tap is leaking' },
      language: 'en',
    });

    await visitor.say('when will my order ship?');
    await fromBot(/ship/i);
    await visitor.say('That solved it, thanks!');
    await fromBot(/glad that it helped/);
    const [conversation, ...none] = await conversationsOf(visitor.visitorId);
    expect(none).toEqual([]);
    expect(conversation?.state).toBe(ConversationState.CONVERSATION_STATE_RESOLVED);
  }, 60_000);
});

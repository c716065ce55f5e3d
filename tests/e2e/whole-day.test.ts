import { randomUUID } from 'node:crypto';
import {
  AnalyticsServiceService,
  BusinessEventOutcome,
  ConversationServiceService,
  DeliveryServiceService,
  DeliveryState,
  DirectoryServiceService,
  IntegrationServiceService,
  type Ticket,
  TicketServiceService,
  TicketState,
} from '@omnigate/contracts';
import { type MailAtProvider, type ShownMessage, samplePng, shownWords } from '@omnigate/testkit';
import { demoTickets } from '../journeys/demo-tickets';
import { eventually } from '../journeys/eventually';
import { type MailShop, openMailShop } from '../journeys/mail-shop';
import { type OpenedOmnigate, openOmnigate } from '../journeys/open-omnigate';
import { openSmsShop, resource, type SmsShop } from '../journeys/sms-shop';
import { openWechatShop, type WechatShop } from '../journeys/wechat-shop';

const follower = (name: string) => `oia2TjjewbmiOUlr6X-${name}`;
const worker = '+8613900005001';
const leak = samplePng({ width: 640, height: 480, grey: 60 });
const valve = samplePng({ width: 320, height: 240, grey: 200 });
const stored = { mediaId: expect.stringMatching(/^[0-9a-f-]{36}$/), contentType: 'image/png', errorCode: '' };

describe('the whole day of a property manager', () => {
  let omnigate: OpenedOmnigate;
  let sms: SmsShop;
  let wechat: WechatShop;
  let mail: MailShop;
  let workerKey: string;

  beforeAll(async () => {
    omnigate = await openOmnigate();
    const directory = omnigate.client(DirectoryServiceService);
    sms = await openSmsShop(omnigate, { name: 'day-sms', resources: demoTickets() });
    wechat = await openWechatShop(directory, { name: 'day-wechat', wechat: { appId: 'wx00000000000000da' } });
    mail = await openMailShop(omnigate, { name: 'day-mail' });
    const told = { display_name: '李师傅', channel: 'day-sms', address: worker, skills: ['repair'] };
    const key = resource('ApiKey', 'day-li', { role: 'worker', worker: 'demo-li' });
    const applied = await directory.applyResources({ resources: [resource('Worker', 'demo-li', told), key] });
    workerKey = String(applied.resources[1]?.resource?.status?.key);
  }, 240_000);
  afterAll(async () => {
    await mail?.provider.stop();
    await wechat?.wechat.stop();
    await sms?.twilio.stop();
    await omnigate?.close();
  }, 60_000);

  const ticketOf = (address: string, fits: (ticket: Ticket) => boolean = () => true): Promise<Ticket> =>
    eventually(
      async () => {
        const { tickets } = await omnigate.client(TicketServiceService).listTickets({ pageSize: 100 });
        return tickets.find((ticket) => ticket.address === address && fits(ticket));
      },
      { what: `the ticket of ${address}` },
    );
  const isClosed = ({ state }: Ticket) => state === TicketState.TICKET_STATE_CLOSED;

  /** What the account has said to a follower, with the lines of its menus. */
  const saidTo = (openId: string): string[] =>
    wechat.wechat
      .shown(openId)
      .filter(({ by }) => by !== 'user')
      .map(({ content }) => [shownWords(content), ...linesOf(content)].join('\n'));
  const linesOf = (content: ShownMessage['content']): string[] =>
    'options' in content ? (content.options as { content: string }[]).map((line) => line.content) : [];
  /** The first thing that fits, of what was said to a follower since a number of messages. */
  const hears = (openId: string, fits: RegExp, since = 0): Promise<string> =>
    eventually(
      () =>
        saidTo(openId)
          .slice(since)
          .find((said) => fits.test(said)),
      {
        what: `${fits} after ${JSON.stringify(saidTo(openId))}`,
      },
    );
  /**
   * Until it is known that an answer was sent, it counts among the five that the customer's next message allows; people
   * take longer to write it than that takes.
   */
  const isSettled = async (): Promise<boolean> => {
    const list = (state: DeliveryState) =>
      omnigate.client(DeliveryServiceService).listDeliveries({ channel: 'day-wechat', state, pageSize: 1 });
    const lists = await Promise.all([
      list(DeliveryState.DELIVERY_STATE_QUEUED),
      list(DeliveryState.DELIVERY_STATE_SENDING),
    ]);
    return lists.every(({ deliveries }) => deliveries.length === 0);
  };
  async function writes(openId: string, text: string, fits: RegExp): Promise<string> {
    await eventually(isSettled, { what: 'the last answer known to be sent' });
    const since = saidTo(openId).length;
    expect((await wechat.wechat.writes(openId, text)).refused).toBe('');
    return hears(openId, fits, since);
  }

  const smsTo = (to: string) => sms.twilio.messages.filter((message) => message.to === to);
  /** The worker answers by SMS, and hears what fits. */
  async function workerSays(body: string, fits: RegExp, media: { body: Buffer; contentType: string }[] = []) {
    const since = smsTo(worker).length;
    await sms.twilio.inbound({ url: sms.webhookUrl, from: worker, body, media });
    await eventually(
      () =>
        smsTo(worker)
          .slice(since)
          .some((message) => fits.test(message.body)),
      {
        what: `${fits} to the worker after ${body}`,
      },
    );
  }

  test('a leak by WeChat: picture, building, room, worker by SMS, done with a picture, rated, counted', async () => {
    const customer = follower('leak');
    const pushed = await wechat.wechat.sends(customer, 'image', { contentType: 'image/png', bytes: leak });
    expect(pushed.refused).toBe('');
    await hears(customer, /^收到您的图片[\s\S]*报修/);
    await writes(customer, '厨房水管漏水', /几号楼/);
    // A value that the form does not have is asked for again, and nothing is lost.
    await writes(customer, '9号楼', /几号楼/);
    await writes(customer, '3号楼', /房号/);
    await writes(customer, '1201', /已为您登记报修：.*1201室，厨房水管漏水。附图 1 张。/);
    await hears(customer, /已登记，编号 \d+/);
    const made = await ticketOf(customer);
    expect(made).toMatchObject({
      type: 'repair',
      form: { building: '3', room: '1201', problem: '厨房水管漏水' },
      worker: 'demo-li',
      channel: 'day-wechat',
      media: [stored],
      creator: 'bot',
    });

    await eventually(() => smsTo(worker).some(({ body }) => body.includes(`工单 ${made.number}`)), {
      what: 'the worker is asked',
    });
    // With the picture, as the provider gets it.
    await eventually(() => sms.twilio.gotFiles.some(({ body }) => body.equals(leak)), {
      what: 'its picture',
    });
    await workerSays('1', /您已接下工单/);
    await hears(customer, /李师傅/);
    await workerSays('1', /已标记为完成/, [{ body: valve, contentType: 'image/png' }]);
    await hears(customer, /已处理完成[\s\S]*5[\s\S]*1/);
    await eventually(
      () =>
        wechat.wechat.shown(customer).some(({ by, content }) => by !== 'user' && content.type === 'image'),
      { what: 'the picture of the work' },
    );
    await writes(customer, '5', /感谢|谢谢/);
    const closed = await ticketOf(customer, isClosed);
    expect(closed).toMatchObject({ rating: 5, resultMedia: [stored] });

    const report = await eventually(
      async () => {
        const answer = await omnigate
          .client(AnalyticsServiceService)
          .queryReport({ days: 2, channel: 'day-wechat' });
        const isCounted = answer.ticketRatings?.count === 1n && answer.channels[0]?.inbound === 6n;
        return isCounted ? answer : undefined;
      },
      { what: 'the report of the leak' },
    );
    expect(report).toMatchObject({
      channels: [{ channel: 'day-wechat', conversations: 1n }],
      tickets: [{ type: 'repair', building: '3', created: 1n, completed: 1n }],
      ticketRatings: { count: 1n, mean: 5, scores: [0n, 0n, 0n, 0n, 1n] },
      handoffs: [],
    });
  }, 120_000);

  test('a mail with a picture becomes a repair; every answer stands in the thread of the mail program', async () => {
    const customer = 'zhao@customer.example';
    const first = await mail.write({
      from: customer,
      subject: '厨房漏水',
      text: '厨房水管漏水，请派人来修',
      attachments: [{ filename: '漏水.png', content: leak, contentType: 'image/png' }],
    });
    expect(first.code).toBe(250);
    const thread = [first.messageId];
    /** The next mail that fits, with the headers by which mail programs thread. */
    async function next(count: number): Promise<MailAtProvider> {
      const mails = await mail.mailsTo(customer, count);
      const answer = mails[count - 1] as MailAtProvider;
      expect(thread).toContain(answer.header('In-Reply-To'));
      const references = answer.header('References').split(/\s+/);
      expect(references).toEqual(expect.arrayContaining([first.messageId, answer.header('In-Reply-To')]));
      expect(references[0]).toBe(first.messageId);
      expect(answer.subject).toBe('Re: 厨房漏水');
      thread.push(answer.header('Message-ID'));
      return answer;
    }
    async function reply(to: MailAtProvider, text: string) {
      const inReplyTo = to.header('Message-ID');
      const references = [...to.header('References').split(/\s+/), inReplyTo];
      const quoted = `${text}\n\n在 2026年11月26日，${mail.address} 写道：\n> ${to.text.replaceAll('\n', '\n> ')}`;
      const sent = await mail.write({
        ...{ from: customer, subject: to.subject, text: quoted, inReplyTo, references },
      });
      thread.push(sent.messageId);
    }

    const asked = await next(1);
    expect(asked.text).toMatch(/几号楼/);
    await reply(asked, '2号楼602');
    expect((await next(2)).text).toMatch(/已为您登记报修：.*602室/);
    expect((await next(3)).text).toMatch(/已登记，编号 \d+/);
    const made = await ticketOf(customer);
    expect(made).toMatchObject({
      form: { building: '2', room: '602' },
      channel: 'day-mail',
      media: [{ ...stored, fileName: '漏水.png' }],
    });

    const ticketId = made.id;
    const li = omnigate.client(TicketServiceService, { apiKey: workerKey });
    await li.acceptTicket({ requestId: randomUUID(), ticketId });
    expect((await next(4)).text).toMatch(/李师傅/);
    await li.completeTicket({ requestId: randomUUID(), ticketId, result: '换了水管', media: made.media });
    const done = await next(5);
    expect(done.files.map(({ bytes }) => bytes.equals(leak))).toEqual([true]);
    expect(done.text).toMatch(/换了水管[\s\S]*^4\. /m);
    await reply(done, '4');
    expect(await ticketOf(customer, isClosed)).toMatchObject({ rating: 4 });
    await next(6);
    const { conversations } = await omnigate
      .client(ConversationServiceService)
      .listConversations({ address: customer });
    expect(conversations).toHaveLength(1);
  }, 120_000);

  test('scenario 15: a stalled parcel is told by WeChat; once that is closed by SMS, or not at all, with the reason', async () => {
    const customer = follower('parcel');
    await writes(customer, '物业费怎么交？', /物业费/);
    const { conversations } = await omnigate
      .client(ConversationServiceService)
      .listConversations({ address: customer });
    const contactId = conversations[0]?.contactId ?? '';
    const phone = '+8613800005003';
    const tell = async (key: { contactId: string; phone?: string }) => {
      const { eventId } = await omnigate.client(IntegrationServiceService).publishBusinessEvent({
        requestId: randomUUID(),
        name: 'parcel-stalled',
        customer: key,
        data: { carrier: '顺丰速运', tracking_no: 'SF1234567890', since: '11-20' },
      });
      return eventually(
        async () => {
          const { results } = await omnigate.client(DeliveryServiceService).listBusinessEvents({ eventId });
          return results[0];
        },
        { what: 'what became of the event' },
      );
    };
    const toldBy = (channel: string) => ({
      ...{ outcome: BusinessEventOutcome.BUSINESS_EVENT_OUTCOME_TOLD, reason: '', channel },
    });

    expect(await tell({ contactId, phone })).toMatchObject(toldBy('day-wechat'));
    await hears(customer, /您的包裹（顺丰速运 SF1234567890）/);
    // WeChat's clock runs ahead: it closes the window before our own ledger does, and its token has ended too.
    wechat.wechat.advance(49 * 3_600_000);
    const late = await eventually(
      async () => {
        const result = await tell({ contactId });
        return result.reason === 'WINDOW_CLOSED' ? result : undefined;
      },
      { what: 'the ledger knows' },
    );
    expect(late.outcome).toBe(BusinessEventOutcome.BUSINESS_EVENT_OUTCOME_NOT_TOLD);
    expect(await tell({ contactId, phone })).toMatchObject(toldBy('day-sms'));
    await eventually(() => smsTo(phone)[0]?.body.includes('SF1234567890'), { what: 'the SMS' });
    expect(saidTo(customer).filter((said) => said.includes('SF1234567890'))).toHaveLength(1);
  }, 60_000);
});

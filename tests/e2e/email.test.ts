import {
  ConversationServiceService,
  DeliveryServiceService,
  DeliveryState,
  Direction,
  type StoredMessage,
} from '@omnigate/contracts';
import { deliveryReportOf, samplePng, sendCustomerMail } from '@omnigate/testkit';
import { eventually } from '../journeys/eventually';
import { type MailShop, openMailShop } from '../journeys/mail-shop';
import { type OpenedOmnigate, openOmnigate } from '../journeys/open-omnigate';

describe('e-mail', () => {
  let omnigate: OpenedOmnigate;
  let shop: MailShop;

  beforeAll(async () => {
    omnigate = await openOmnigate();
    shop = await openMailShop(omnigate);
  }, 240_000);
  afterAll(async () => {
    await shop?.provider.stop();
    await omnigate?.close();
  }, 60_000);

  async function conversationsWith(address: string) {
    const client = omnigate.client(ConversationServiceService);
    const { conversations } = await client.listConversations({ address });
    return Promise.all(
      conversations.map(async (conversation) => ({
        ...conversation,
        messages: (await client.listMessages({ conversationId: conversation.id })).messages,
      })),
    );
  }
  const bodyOf = ({ content }: StoredMessage) =>
    content?.kind?.$case === 'text' ? content.kind.value.body : content?.kind?.$case;

  test('a mail with a picture is answered by the bot below it, and the answer to that lands in the same conversation', async () => {
    const customer = 'wang@customer.example';
    const asked = await shop.write({
      from: `王小明 <${customer}>`,
      subject: '物业费',
      text: '物业费怎么交？\n\n发自我的iPhone',
      html: '<p>物业费怎么交？<script>alert(1)</script></p>',
      attachments: [{ filename: '账单.png', content: samplePng(), contentType: 'image/png' }],
    });
    expect(asked.code).toBe(250);
    const [answer] = await shop.mailsTo(customer, 1);
    if (!answer) throw new Error('no answer');
    expect(answer.envelope).toEqual({ from: shop.address, to: [customer] });
    expect(answer.subject).toBe('Re: 物业费');
    expect(answer.text).toMatch(/物业费/);
    expect(answer.html).toMatch(/^<p>/);
    expect(answer.header('In-Reply-To')).toBe(asked.messageId);
    expect(answer.header('References').split(/\s+/)).toContain(asked.messageId);
    expect(answer.header('Auto-Submitted')).toBe('auto-replied');
    const ownId = answer.header('Message-ID');
    expect(ownId).toMatch(/^<[0-9a-f-]{36}@shop\.example>$/);

    // As their mail program does it.
    const again = await shop.write({
      from: customer,
      subject: 'Re: 物业费',
      text: `停车费多少钱一个月？\n\n在 2026年11月26日，${shop.address} 写道：\n> ${answer.text.split('\n').join('\n> ')}`,
      inReplyTo: ownId,
      references: [asked.messageId, ownId],
    });
    const answers = await shop.mailsTo(customer, 2);
    expect(answers[1]?.header('In-Reply-To')).toBe(again.messageId);
    expect(answers[1]?.header('References').split(/\s+/)).toEqual(
      expect.arrayContaining([asked.messageId, ownId, again.messageId]),
    );

    const [conversation, ...others] = await conversationsWith(customer);
    expect(others).toEqual([]);
    const inbound = (conversation?.messages ?? []).filter(
      ({ direction }) => direction === Direction.DIRECTION_INBOUND,
    );
    expect(inbound.map(bodyOf).sort()).toEqual(['停车费多少钱一个月？', '物业费怎么交？'].sort());
    const first = inbound.find((message) => bodyOf(message) === '物业费怎么交？');
    expect(first?.letter).toMatchObject({ subject: '物业费', html: '<p>物业费怎么交？</p>' });
    expect(first?.sender?.name).toBe('王小明');
    expect(first?.attachments).toEqual([
      expect.objectContaining({
        fileName: '账单.png',
        contentType: 'image/png',
        mediaId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      }),
    ]);
  });

  test('an answer of a machine is kept, and answered by nobody', async () => {
    const customer = 'away@customer.example';
    const away = await shop.write({
      from: customer,
      subject: '自动回复: 休假中',
      text: '物业费怎么交？',
      headers: { 'Auto-Submitted': 'auto-replied' },
    });
    expect(away.code).toBe(250);
    // A later question of another subject is answered, so the first would have been by now.
    await shop.write({ from: customer, subject: '停车', text: '停车费多少钱一个月？' });
    const [answer] = await shop.mailsTo(customer, 1);
    expect(answer?.subject).toBe('Re: 停车');
    const stored = (await conversationsWith(customer)).flatMap(({ messages }) => messages);
    expect(stored.map(bodyOf)).toContain('event');
    expect(shop.provider.mails.filter(({ envelope }) => envelope.to.includes(customer))).toHaveLength(1);
  });

  test('a report fails the message that did not arrive', async () => {
    const customer = 'gone@customer.example';
    await shop.write({ from: customer, subject: 'shipping', text: 'when will my order ship?' });
    const [answer] = await shop.mailsTo(customer, 1);
    if (!answer) throw new Error('no answer');
    const messageId = answer.header('Message-ID').slice(1, 37);
    const deliveries = omnigate.client(DeliveryServiceService);
    const [conversation] = await conversationsWith(customer);
    const deliveryIn = (state: DeliveryState) =>
      eventually(async () => {
        const list = await deliveries.listDeliveries({ conversationId: conversation?.id ?? '' });
        return list.deliveries.find((item) => item.messageId === messageId && item.state === state);
      });
    await deliveryIn(DeliveryState.DELIVERY_STATE_SENT);
    for (const report of [
      { status: '4.2.2', action: 'delayed' },
      { status: '5.1.1', action: 'failed' },
    ] as const) {
      const sent = await sendCustomerMail(omnigate.smtpPort, {
        from: 'mailer-daemon@provider.example',
        to: shop.address,
        envelopeFrom: '',
        raw: deliveryReportOf(answer, report),
      });
      expect(sent.code).toBe(250);
    }
    const failed = await deliveryIn(DeliveryState.DELIVERY_STATE_FAILED);
    expect(failed.errorCode).toBe('5.1.1');
    expect(await conversationsWith('mailer-daemon@provider.example')).toEqual([]);
  });

  test('mail for nobody here is refused', async () => {
    const answer = await sendCustomerMail(omnigate.smtpPort, {
      from: 'wang@customer.example',
      to: 'nobody@shop.example',
      subject: 'x',
      text: 'x',
    });
    expect(answer.code).toBe(550);
  });
});

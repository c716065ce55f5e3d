import { type Message, PartyRole } from '@omnigate/contracts';
import { sendCustomerMail, until } from '@omnigate/testkit';
import { type MailBed, startMailBed } from '../testing/mail-bed';

describe('mails that belong together', () => {
  let bed: MailBed;
  let customers = 0;
  beforeAll(async () => {
    bed = await startMailBed();
  });
  afterAll(() => bed.stop());

  const customer = (): string => {
    customers += 1;
    return `c${customers}@customer.example`;
  };

  /** Writes, and gives the message that comes of it. */
  async function write(
    mail: Partial<Parameters<typeof sendCustomerMail>[1]> & { from: string },
  ): Promise<Message> {
    const { messageId, code } = await sendCustomerMail(bed.smtpPort(), {
      to: bed.address,
      subject: 'x',
      text: 'x',
      ...mail,
    });
    expect(code).toBe(250);
    const found = () => bed.received.find((message) => message.providerMessageId === messageId);
    await until(() => found() !== undefined);
    return found() as Message;
  }
  async function answered(message: Message, text = 'Hello') {
    const to = message.sender?.address ?? '';
    await bed.send({ to, threadKey: message.threadKey, text });
    await until(() => bed.provider.mails.some((mail) => mail.envelope.to[0] === to && mail.text === text));
    const mail = bed.provider.mails.findLast((each) => each.envelope.to[0] === to);
    if (!mail) throw new Error('no mail');
    return mail;
  }

  test('an answer to ours is of its thread, whatever its subject', async () => {
    const from = customer();
    const first = await write({ from, subject: 'one' });
    const ours = await answered(first);
    const again = await write({ from, subject: 'something else', inReplyTo: ours.header('message-id') });
    expect(again.threadKey).toBe(first.threadKey);
    expect(again.replyTo).toBe(ours.header('message-id'));
    const byReferences = await write({
      from,
      subject: 'another',
      references: ['<unknown@x>', ours.header('message-id')],
    });
    expect(byReferences.threadKey).toBe(first.threadKey);
  });

  test('so is one to a mail of their own', async () => {
    const from = customer();
    const first = await write({ from, subject: 'one' });
    const second = await write({ from, subject: 'two', inReplyTo: first.providerMessageId });
    expect(second.threadKey).toBe(first.threadKey);
  });

  test('another customer does not get into it by naming its ids', async () => {
    const first = await write({ from: customer(), subject: 'one' });
    const ours = await answered(first);
    const stranger = await write({
      from: customer(),
      subject: 'Re: one',
      inReplyTo: ours.header('message-id'),
    });
    expect(stranger.threadKey).not.toBe(first.threadKey);
  });

  test('the same subject of the same customer is one, within a week', async () => {
    const from = customer();
    const first = await write({ from, subject: '您的订单' });
    const second = await write({ from, subject: '回复：Re: 您的订单' });
    expect(second.threadKey).toBe(first.threadKey);
    expect((await write({ from, subject: '别的' })).threadKey).not.toBe(first.threadKey);
    expect((await write({ from: customer(), subject: '您的订单' })).threadKey).not.toBe(first.threadKey);
    const { tenantId } = bed.channel;
    await bed.database.transaction({ tenants: [tenantId] }, (tx) =>
      tx.query({
        text: "update mail_thread set updated_at = now() - interval '8 days' where address = $1",
        values: [from],
      }),
    );
    expect((await write({ from, subject: '您的订单' })).threadKey).not.toBe(first.threadKey);
  });

  test('mails without a subject are not one for that', async () => {
    const from = customer();
    const first = await write({ from, subject: '' });
    expect((await write({ from, subject: 'Re:' })).threadKey).not.toBe(first.threadKey);
  });

  test('what a person writes first is answered into the conversation without a thread', async () => {
    const to = customer();
    await bed.send({ to, text: 'Your parcel is here.\nCome and get it.', role: PartyRole.PARTY_ROLE_AGENT });
    const sent = () => bed.provider.mails.filter((each) => each.envelope.to[0] === to);
    await until(() => sent().length === 1);
    expect(sent()[0]?.subject).toBe('Your parcel is here.');
    const ownId = sent()[0]?.header('message-id') ?? '';
    const answer = await write({ from: to, subject: 'Re: Your parcel is here.', inReplyTo: ownId });
    expect(answer.threadKey).toBe('');
    const second = await answered(answer, 'Until six.');
    expect(second.subject).toBe('Re: Your parcel is here.');
    expect(second.header('in-reply-to')).toBe(answer.providerMessageId);
  });

  test('a customer who writes ten times in ten minutes in a thread is a machine', async () => {
    const from = customer();
    const kinds: (string | undefined)[] = [];
    for (let count = 0; count < 11; count += 1)
      kinds.push((await write({ from, subject: 'loop' })).content?.kind?.$case);
    expect(kinds).toEqual([...Array(10).fill('text'), 'event']);
  });
});

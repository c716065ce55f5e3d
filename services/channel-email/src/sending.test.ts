import { createServer } from 'node:net';
import { type Content, DeliveryState, Media, PartyRole } from '@omnigate/contracts';
import { samplePng, sendCustomerMail, until } from '@omnigate/testkit';
import { type MailBed, type Outgoing, startMailBed } from '../testing/mail-bed';

const {
  DELIVERY_STATE_SENT: sent,
  DELIVERY_STATE_FAILED: failed,
  DELIVERY_STATE_UNKNOWN: unknown,
} = DeliveryState;

describe('mail that goes', () => {
  let bed: MailBed;
  beforeAll(async () => {
    bed = await startMailBed({ provider: { credentials: { user: 'shop', password: 'right' } } });
  });
  afterAll(() => bed.stop());

  const mailOf = (messageId: string) =>
    bed.provider.mails.filter((mail) => mail.header('message-id').includes(messageId));
  const errorOf = (messageId: string) =>
    bed.statuses.findLast((status) => status.messageId === messageId)?.errorCode;
  /** Sends, and waits for its end. */
  async function send(message: Outgoing, end: DeliveryState): Promise<string> {
    const messageId = await bed.send(message);
    await until(() => bed.statesOf(messageId).includes(end));
    return messageId;
  }

  test('has the headers that mail programs and machines go by', async () => {
    const messageId = await send({ text: 'A < B\n\n& "C"\nD' }, sent);
    const [mail] = mailOf(messageId);
    expect(mail?.envelope).toEqual({ from: bed.address, to: ['li@customer.example'] });
    expect(mail?.text).toBe('A < B\n\n& "C"\nD');
    expect(mail?.html.trim()).toBe('<p>A &lt; B</p>\n<p>&amp; &quot;C&quot;<br>D</p>');
    expect(mail?.header('message-id')).toBe(`<${messageId}@shop.example>`);
    expect(mail?.header('x-omnigate-message')).toBe(messageId);
    expect(mail?.header('auto-submitted')).toBe('auto-replied');
    expect(bed.statuses.findLast((status) => status.messageId === messageId)?.providerMessageId).toBe(
      `<${messageId}@shop.example>`,
    );
  });

  test.each([
    [PartyRole.PARTY_ROLE_SYSTEM, 'auto-generated', 'All'],
    [PartyRole.PARTY_ROLE_AGENT, '', ''],
  ])('of role %d is marked "%s"', async (role, submitted, suppress) => {
    const [mail] = mailOf(await send({ role, name: '小王\r\nBcc: evil@z.example' }, sent));
    expect(mail?.header('auto-submitted')).toBe(submitted);
    expect(mail?.header('x-auto-response-suppress')).toBe(suppress);
    expect([mail?.header('bcc'), mail?.envelope.to]).toEqual(['', ['li@customer.example']]);
  });

  test('a menu is numbered lines, and files go with it', async () => {
    const { tenantId } = bed.channel;
    const picture = await bed.media.put(tenantId, samplePng(), { fileName: '照片.png' });
    const note = await bed.media.put(tenantId, Buffer.from('hello'), { fileName: 'note.txt' });
    const options = ['One', 'Two'].map((label) => ({ id: label, label }));
    const content: Content = { kind: { $case: 'menu', value: { body: 'Which?', options } } };
    const [menu] = mailOf(
      await send({ content, attachments: [Media.fromPartial({ mediaId: note.mediaId })] }, sent),
    );
    expect(menu?.text).toBe('Which?\n1. One\n2. Two');
    expect(menu?.files.map(({ fileName, bytes }) => [fileName, bytes.toString()])).toEqual([
      ['note.txt', 'hello'],
    ]);
    const image = {
      kind: { $case: 'image', value: Media.fromPartial({ mediaId: picture.mediaId, caption: 'See' }) },
    } as const;
    const [mail] = mailOf(await send({ content: image }, sent));
    expect([mail?.text, mail?.files[0]?.fileName, mail?.files[0]?.bytes.equals(samplePng())]).toEqual([
      'See',
      '照片.png',
      true,
    ]);
  });

  test('an address is taken in its normal form', async () => {
    const [mail] = mailOf(await send({ to: 'Li@Customer.EXAMPLE' }, sent));
    expect(mail?.envelope.to).toEqual(['Li@customer.example']);
  });

  test.each<[string, Outgoing, string]>([
    ['an address that is more than one', { to: 'b@y.example:evil@z.example;' }, 'MESSAGE_INVALID'],
    ['an address with a command', { to: 'b@y.example\r\nRCPT TO:<evil@z.example>' }, 'MESSAGE_INVALID'],
    [
      'a file that is not there',
      { attachments: [Media.fromPartial({ mediaId: '0190a1b2-0000-7000-8000-000000000001' })] },
      'MESSAGE_INVALID',
    ],
    [
      'what no mail carries',
      { content: { kind: { $case: 'event', value: { name: 'x', detail: '' } } } },
      'UNSUPPORTED_KIND',
    ],
  ])('%s is not sent', async (_what, message, code) => {
    const messageId = await send(message, failed);
    expect([errorOf(messageId), mailOf(messageId)]).toEqual([code, []]);
  });

  test.each([
    ['rcpt', 550],
    ['mail', 553],
    ['data', 552],
    ['data', 554],
  ] as const)('refused for good at %s with %d', async (at, code) => {
    bed.provider.failNext({ at, code });
    expect(errorOf(await send({}, failed))).toBe(String(code));
  });

  test.each([
    ['rcpt', 450],
    ['mail', 452],
    ['data', 451],
  ] as const)('refused for now at %s with %d, it goes again by itself', async (at, code) => {
    bed.provider.failNext({ at, code });
    const messageId = await send({}, sent);
    expect(bed.statuses.findLast((status) => status.messageId === messageId)?.attempts).toBe(2);
    expect(mailOf(messageId)).toHaveLength(1);
  });

  test('a server that ends a connection is called again at once', async () => {
    await send({}, sent);
    bed.provider.failNext({ at: 'mail', code: 421 });
    expect(mailOf(await send({}, sent))).toHaveLength(1);
  });

  test('a connection that ends after the last dot leaves it unknown, and it is never sent again', async () => {
    bed.provider.failNext({ at: 'data' });
    const messageId = await send({ to: 'dropped@customer.example' }, unknown);
    await send({ to: 'dropped@customer.example', text: 'next' }, sent);
    expect(mailOf(messageId)).toHaveLength(1);
    expect(bed.statesOf(messageId)).not.toContain(sent);
  });

  test('a report fails it later', async () => {
    const messageId = await send({}, sent);
    const [mail] = mailOf(messageId);
    const report = `From: mailer-daemon@p.example\r\nTo: ${bed.address}\r\nContent-Type: multipart/report; boundary=b\r\n\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nStatus: 5.1.1\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: ${mail?.header('message-id')}\r\n\r\n--b--\r\n`;
    const to = bed.address;
    await sendCustomerMail(bed.smtpPort(), {
      from: 'mailer-daemon@p.example',
      to,
      envelopeFrom: '',
      raw: report,
    });
    await until(() => bed.statesOf(messageId).at(-1) === failed);
    expect(errorOf(messageId)).toBe('5.1.1');
    expect(bed.received.filter(({ sender }) => sender?.address === 'mailer-daemon@p.example')).toEqual([]);
  });

  test('credentials that do not work stop the channel until they are corrected', async () => {
    const channel = bed.addChannel({ address: 'wrong@shop.example', smtp: { password: 'wrong' } });
    const messageId = await bed.send({ channel });
    await until(() =>
      bed.channelLog.some(({ code, channelId }) => code === '535' && channelId === channel.id),
    );
    expect(bed.statesOf(messageId)).not.toContain(failed);
    bed.changeChannel(channel, { password: 'right' });
    await until(() => bed.statesOf(messageId).includes(sent));
  });

  test('a server that is not there is tried again until it is', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as { port: number };
    await new Promise((resolve) => taken.close(resolve));
    const channel = bed.addChannel({ address: 'moved@shop.example', smtp: { port } });
    const messageId = await bed.send({ channel });
    await until(() =>
      bed.channelLog.some(({ code, channelId }) => code === 'CONNECTION_FAILED' && channelId === channel.id),
    );
    bed.changeChannel(channel, { port: bed.provider.port });
    await until(() => bed.statesOf(messageId).includes(sent));
  });

  test('a private address is for channels of operators alone', async () => {
    const channel = bed.addChannel({ address: 'outside@shop.example', privateApiAllowed: false });
    const messageId = await send({ channel }, failed);
    expect(errorOf(messageId)).toBe('CHANNEL_CONFIG');
  });
});

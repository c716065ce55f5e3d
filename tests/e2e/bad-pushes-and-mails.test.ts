import { execFileSync } from 'node:child_process';
import {
  ConversationServiceService,
  DirectoryServiceService,
  OperationsServiceService,
} from '@omnigate/contracts';
import { samplePng, zipBomb } from '@omnigate/testkit';
import { eventually } from '../journeys/eventually';
import { type MailShop, openMailShop } from '../journeys/mail-shop';
import { type OpenedOmnigate, openOmnigate } from '../journeys/open-omnigate';
import { openWebShop, type WebShop } from '../journeys/web-shop';
import { openWechatShop, type WechatShop } from '../journeys/wechat-shop';

const maxRssMb = 900;
const question = '物业费怎么交？';
const follower = (name: string) => `oia2TjjewbmiOUlr6X-${name}`;
const secondsFromNow = (offset: number) => String(Math.floor(Date.now() / 1_000) + offset);
/** Multiparts inside each other. */
const nestedMail = (depth: number) => {
  const heads = Array.from(
    { length: depth },
    (_, n) => `Content-Type: multipart/mixed; boundary=b${n}\r\n\r\n--b${n}\r\n`,
  );
  return `From: li@bad.example\r\nSubject: x\r\n${heads.join('')}\r\nx\r\n`;
};

describe('bad pushes, mails and files', () => {
  let omnigate: OpenedOmnigate;
  let wechat: WechatShop;
  let mail: MailShop;
  let web: WebShop;
  let customers = 0;

  beforeAll(async () => {
    omnigate = await openOmnigate();
    wechat = await openWechatShop(omnigate.client(DirectoryServiceService), {
      name: 'bad-wechat',
      wechat: { appId: 'wx00000000000000bd' },
    });
    mail = await openMailShop(omnigate, { name: 'bad-mail' });
    web = await openWebShop(omnigate);
  }, 240_000);
  // Whatever came: the same process is alive, small, and answers others.
  afterEach(async () => {
    customers += 1;
    const [user, customer] = [follower(`bystander-${customers}`), `bystander-${customers}@customer.example`];
    await Promise.all([
      wechat.wechat.writes(user, question),
      mail.write({ from: customer, subject: 'x', text: question }),
    ]);
    await eventually(() => wechat.wechat.texts(user).some((text) => text.includes('物业费')), {
      what: 'an answer by WeChat',
    });
    await mail.mailsTo(customer, 1);
    const rss = execFileSync('ps', ['-o', 'rss=', '-p', String(omnigate.pid())], { encoding: 'utf8' });
    expect(Number(rss) / 1024).toBeLessThan(maxRssMb);
  });
  afterAll(async () => {
    await mail?.provider.stop();
    await wechat?.wechat.stop();
    await omnigate?.close();
  }, 60_000);

  const conversationsOf = async (address: string) =>
    (await omnigate.client(ConversationServiceService).listConversations({ address })).conversations;
  const logged = (channel: string, code: string) =>
    eventually(
      async () => {
        const operations = omnigate.client(OperationsServiceService);
        const { entries } = await operations.listChannelLog({ channel, pageSize: 500 });
        return entries.some((entry) => entry.code === code);
      },
      { what: `${code} in the log of ${channel}` },
    );

  test('scenario 17: pushes without a signature, forged, old, foreign, with entities or too large; a repeat is none', async () => {
    const attacker = follower('attacker');
    const xml = (text = 'hello') => wechat.wechat.xml(attacker, { type: 'text', text });
    const push = async (change: Parameters<typeof wechat.wechat.attempt>[1], body = xml()) => {
      const { status, body: answer } = await wechat.wechat.attempt(body, change);
      return [status, answer];
    };
    const entities =
      '<!DOCTYPE xml [<!ENTITY e SYSTEM "file:///etc/hostname">]><xml><Encrypt>&e;</Encrypt></xml>';
    for (const change of [
      { query: { msg_signature: undefined, signature: undefined } },
      { token: 'another' },
      { appId: 'wx0000000000000000' },
      { timestamp: secondsFromNow(-310) },
      { body: entities },
      { body: xml() },
    ])
      expect(await push(change)).toEqual([403, '']);
    expect((await push({ body: `<xml><Encrypt>${'A'.repeat(1_100_000)}</Encrypt></xml>` }))[0]).toBe(413);
    // Signed and encrypted as it should be, and yet no message.
    expect((await push({}, `<!DOCTYPE xml>${xml()}`))[0]).toBe(400);
    await logged('bad-wechat', 'SIGNATURE_INVALID');
    expect(await conversationsOf(attacker)).toEqual([]);

    const honest = { nonce: '1372623149', timestamp: secondsFromNow(0) };
    const first = xml('one');
    expect((await push(honest, first))[0]).toBe(200);
    expect(await push(honest, xml('another body'))).toEqual([403, '']);
    expect((await push({}, first))[0]).toBe(200);
    expect((await push({}, xml('two')))[0]).toBe(200);
    await eventually(async () => (await conversationsOf(attacker))[0]?.inboundCount === 2, {
      what: 'two messages',
    });
  });

  test('mails that are bombs, too large, in no charset, or carry commands in their headers', async () => {
    const from = 'li@bad.example';
    const bomb = await mail.write({ from, raw: nestedMail(2_000) });
    expect([bomb.code, bomb.text]).toEqual([554, expect.stringMatching(/TOO_DEEP/)]);
    await logged('bad-mail', 'TOO_DEEP');
    const large = await mail.write({
      from,
      subject: 'x',
      text: 'x',
      attachments: [{ filename: 'film.bin', content: Buffer.alloc(50 << 20) }],
    });
    expect(large.code).toBe(552);
    expect(await conversationsOf(from)).toEqual([]);

    const subject = Buffer.from('物业费\r\nBcc: evil@z.example').toString('base64');
    const headers = [
      `From: "evil\r\n\tX: y" <${from}>`,
      'Message-ID: <headers@bad.example>',
      `Subject: =?utf-8?B?${subject}?=`,
      'Content-Type: text/plain; charset=no-such-charset',
      'Content-Transfer-Encoding: 8bit',
    ];
    const broken = Buffer.concat([
      Buffer.from(`${headers.join('\r\n')}\r\n\r\n${question}\r\n`),
      Buffer.from([0xff, 0xfe, 0x80]),
    ]);
    expect((await mail.write({ from, raw: broken })).code).toBe(250);
    const [answer] = await mail.mailsTo(from, 1);
    expect(answer?.envelope.to).toEqual([from]);
    expect(answer?.header('Bcc')).toBe('');
    expect(answer?.subject).toBe('Re: 物业费 Bcc: evil@z.example');
  });

  test('files that lie, scripts and bombs: refused or kept unopened, and the words with them arrive', async () => {
    const from = 'wu@bad.example';
    const bomb = zipBomb('photos.txt');
    const attachments = [
      { filename: 'a.png', content: '<svg onload="alert(1)"/>', contentType: 'image/png' },
      { filename: 'photos.zip', content: bomb, contentType: 'application/zip' },
      { filename: 'b.png', content: samplePng(), contentType: 'image/png' },
    ];
    expect((await mail.write({ from, subject: 'x', text: question, attachments })).code).toBe(250);
    await mail.mailsTo(from, 1);
    const [conversation] = await conversationsOf(from);
    const { messages } = await omnigate
      .client(ConversationServiceService)
      .listMessages({ conversationId: conversation?.id ?? '' });
    const files = messages.flatMap((message) => message.attachments);
    expect(files.map(({ fileName, contentType, errorCode }) => [fileName, errorCode || contentType])).toEqual(
      [
        ['a.png', 'MEDIA_TYPE_REFUSED'],
        ['photos.zip', 'application/zip'],
        ['b.png', 'image/png'],
      ],
    );

    const visitor = web.visitor();
    await visitor.connect();
    for (const lie of [
      { bytes: bomb, type: 'application/zip', name: 'photos.zip' },
      { bytes: bomb, type: 'image/png', name: 'photo.png' },
      { bytes: Buffer.from('<svg onload="alert(1)"/>'), type: 'image/png', name: 'a.png' },
    ])
      await expect(visitor.sendFile(lie)).rejects.toMatchObject({ code: 'MEDIA_TYPE_REFUSED' });
    await visitor.say(question);
    await visitor.message(({ from: by }) => by.role === 'bot');
    visitor.drop();
  });
});

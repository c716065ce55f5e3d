import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createConnection, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { AppError } from '@omnigate/errors';
import { samplePng, sendCustomerMail, until } from '@omnigate/testkit';
import { createTransport } from 'nodemailer';
import { type MailBed, startMailBed } from '../testing/mail-bed';
import { nested } from '../testing/raw-mail';
import { listenerConfigFrom } from './smtp/listener-config';

describe('mail that comes', () => {
  let bed: MailBed;
  const away = { bus: false, media: false };

  beforeAll(async () => {
    bed = await startMailBed({
      // The bus commits with the transaction: what fails it fails the mail.
      bus: (bus) => ({
        ...bus,
        publish: (tx, records) => {
          if (away.bus) throw new AppError('BUS_UNAVAILABLE');
          bus.publish(tx, records);
        },
      }),
      media: (store) => ({
        ...store,
        put: async (...args) => {
          if (away.media) throw new Error('no space left on device');
          return store.put(...args);
        },
      }),
    });
  });
  afterAll(() => bed.stop());
  const write = (mail: Partial<Parameters<typeof sendCustomerMail>[1]> = {}) =>
    sendCustomerMail(bed.smtpPort(), {
      from: 'li@customer.example',
      to: bed.address,
      subject: `about ${Math.random()}`,
      text: 'Where is my order?',
      ...mail,
    });

  /** The messages that a mail became; there are some. */
  async function became({ messageId }: { messageId: string }) {
    const found = () => bed.received.filter((message) => message.providerMessageId === messageId);
    await until(() => found().length > 0);
    return found();
  }

  test('is on the bus when it is acknowledged', async () => {
    const answer = await write({
      from: 'Li Wei <Li@Customer.EXAMPLE>',
      subject: 'My order',
      html: '<p onclick="x">Where is my <b>order</b>?</p>',
      date: new Date(Date.now() - 60_000),
    });
    expect(answer.code).toBe(250);
    const [message] = await became(answer);
    expect(message).toMatchObject({
      tenantId: bed.channel.tenantId,
      channel: { type: 'email', id: bed.channel.id },
      sender: { address: 'Li@customer.example', name: 'Li Wei' },
      threadKey: expect.stringMatching(/^[0-9a-f-]{36}$/),
      providerMessageId: answer.messageId,
      content: { kind: { $case: 'text', value: { body: 'Where is my order?' } } },
      letter: { subject: 'My order', html: '<p>Where is my <b>order</b>?</p>' },
      attachments: [],
    });
    const lateMs = Number(message?.receivedTime) - Number(message?.occurredTime);
    expect(lateMs).toBeGreaterThan(55_000);
  });

  test('is taken once, however often it is sent and by how many connections', async () => {
    const mail = {
      messageId: '<again@customer.example>',
      attachments: [{ filename: 'a.png', content: samplePng() }],
    };
    const answers = await Promise.all([write(mail), write(mail), write(mail)]);
    expect((await write(mail)).code).toBe(250);
    expect(answers.map(({ code }) => code)).toEqual([250, 250, 250]);
    // What comes later is behind them.
    await became(await write());
    expect(await became(mail)).toHaveLength(1);
  });

  test('has its files in the store, and says of a file that is refused why', async () => {
    const answer = await write({
      text: '',
      subject: '漏水',
      attachments: [
        { filename: '../../漏水.png', content: samplePng(), cid: 'leak@x' },
        { filename: 'empty.pdf', content: '' },
        { filename: 'note.txt', content: 'hello' },
      ],
    });
    const [message] = await became(answer);
    expect(message?.content?.kind).toMatchObject({
      $case: 'image',
      value: { fileName: '漏水.png', contentType: 'image/png', contentId: 'leak@x', caption: '漏水' },
    });
    const image = message?.content?.kind?.$case === 'image' ? message.content.kind.value : undefined;
    const kept = await bed.media.get(bed.channel.tenantId, image?.mediaId ?? '');
    expect(kept?.sizeBytes).toBe(samplePng().length);
    expect(
      message?.attachments.map(({ fileName, errorCode, mediaId }) => [fileName, errorCode, mediaId !== '']),
    ).toEqual([
      ['empty.pdf', 'MEDIA_EMPTY', false],
      ['note.txt', '', true],
    ]);
  });

  test('a mail for two mailboxes is there in each, and for one twice it is there once', async () => {
    const other = bed.addChannel({ address: 'repairs@shop.example' });
    const answer = await write({ to: [bed.address, 'Repairs@SHOP.example', bed.address] });
    await became(await write());
    expect((await became(answer)).map(({ channel }) => channel?.id).sort()).toEqual(
      [bed.channel.id, other.id].sort(),
    );
  });

  test('what can not be kept is refused for now, and taken when it is sent again', async () => {
    const mail = {
      messageId: '<later@customer.example>',
      attachments: [{ filename: 'a.txt', content: 'x' }],
    };
    for (const what of ['bus', 'media'] as const) {
      away[what] = true;
      expect((await write(mail)).code).toBe(451);
      away[what] = false;
    }
    bed.setDirectoryAway(true);
    expect((await write(mail)).code).toBe(451);
    bed.setDirectoryAway(false);
    expect((await write(mail)).code).toBe(250);
    expect(await became(mail)).toHaveLength(1);
  });

  test('mail for nobody here is refused, and who looks for mailboxes is sent away', async () => {
    expect(await write({ to: 'nobody@shop.example' })).toMatchObject({
      code: 550,
      text: expect.stringMatching(/^5\.1\.1/),
    });
    const recipients = Array.from(
      { length: 6 },
      (_, index) => `RCPT TO:<user${index}@shop.example>\r\n`,
    ).join('');
    const answers = await dialogue(`EHLO x\r\nMAIL FROM:<a@b.example>\r\n${recipients}QUIT\r\n`);
    expect(answers.match(/^550 /gm)).toHaveLength(5);
    expect(answers).toMatch(/^421 4\.7\.0/m);
  });

  test('a mail that is too large is refused by its size alone, and when it comes all the same', async () => {
    const announced = await dialogue(`EHLO x\r\nMAIL FROM:<a@b.example> SIZE=${50 * 1_048_576}\r\nQUIT\r\n`);
    expect(announced).toMatch(/^552 /m);
    const raw = Buffer.concat([
      Buffer.from('From: a@b.example\r\n\r\n'),
      Buffer.alloc(3 * 1_048_576, 'a\r\n'),
    ]);
    expect((await write({ raw })).code).toBe(552);
    expect((await write()).code).toBe(250);
  });

  test('a mail that was made to do harm is refused, the operator is told, and others come through', async () => {
    const bomb = nested(300, 'x');
    const raw = `From: li@customer.example\r\n${bomb.header}\r\n\r\n${bomb.body}`;
    const [harm, fine] = await Promise.all([write({ raw }), write()]);
    expect(harm).toMatchObject({ code: 554, text: expect.stringMatching(/TOO_DEEP/) });
    expect(fine.code).toBe(250);
    await until(() => bed.channelLog.length > 0);
    expect(bed.channelLog[0]).toMatchObject({
      channelId: bed.channel.id,
      stage: 'receive',
      code: 'TOO_DEEP',
    });
  });

  test.each([
    ['an answer of a machine', { headers: { 'Auto-Submitted': 'auto-replied' } }, 'auto-reply'],
    ['a mailing list', { list: { unsubscribe: 'https://x.example' } }, 'mailing-list'],
    ['a report about nothing of ours', { envelopeFrom: '', from: 'mailer-daemon@x.example' }, 'bounce'],
    ['our own mail, sent on', { headers: { 'X-Omnigate-Message': 'x' } }, 'mail-loop'],
  ])('%s is an event that asks nobody', async (_what, mail, name) => {
    const [message] = await became(await write(mail));
    expect(message?.content?.kind).toMatchObject({
      $case: 'event',
      value: { name, detail: 'Where is my order?' },
    });
  });

  test('two of our mailboxes do not answer each other', async () => {
    const other = bed.addChannel({ address: 'other@shop.example' });
    const [message] = await became(await write({ from: String(other.config?.address) }));
    expect(message?.content?.kind).toMatchObject({ $case: 'event', value: { name: 'mail-loop' } });
  });

  /** A dialogue of which nothing is waited for but its end. */
  function dialogue(commands: string): Promise<string> {
    const socket: Socket = createConnection(bed.smtpPort(), '127.0.0.1');
    socket.once('data', () => socket.write(commands));
    return text(socket);
  }
});

describe('limits of mail that comes', () => {
  const one = { ratePerSecond: 0.001, burst: 1 };
  const many = { ratePerSecond: 1_000, burst: 1_000 };
  const mail = { subject: 'x', text: 'x' };
  const environment = { OMNIGATE_BIND: '127.0.0.1', OMNIGATE_SMTP_PORT: 0, OMNIGATE_SMTP_MAX_MB: 25 };

  test.each([
    ['a sender', { connections: 10, client: many, sender: one }, 450],
    ['a client', { connections: 10, client: one, sender: many }, 421],
    ['connections', { connections: 0, client: many, sender: many }, 421],
  ])('of %s', async (_whose, limits, code) => {
    const bed = await startMailBed({ listener: { limits: { mailMs: 60_000, ...limits } } });
    try {
      const to = bed.address;
      const write = (from: string) => sendCustomerMail(bed.smtpPort(), { ...mail, from, to });
      const answers = [await write('a@b.example'), await write('a@b.example')];
      expect(answers.at(-1)?.code).toBe(code);
      const others = await write('other@b.example');
      expect(others.code).toBe(code === 450 ? 250 : 421);
    } finally {
      await bed.stop();
    }
  });

  test('a mail that comes too slowly ends with its connection, and nothing of it is read as commands', async () => {
    const limits = { connections: 10, client: many, sender: many, mailMs: 200 };
    const bed = await startMailBed({ listener: { limits } });
    try {
      const socket = createConnection(bed.smtpPort(), '127.0.0.1');
      const envelope = `EHLO x\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<${bed.address}>\r\n`;
      let drip: NodeJS.Timeout | undefined;
      socket.once('data', () => {
        socket.write(`${envelope}DATA\r\nSubject: x\r\n`);
        drip = setInterval(() => socket.write('NOOP\r\n'), 20);
      });
      const answers = await text(socket).finally(() => clearInterval(drip));
      expect(answers.trim().split('\r\n').at(-1)).toMatch(/^421 4\.4\.2/);
      const fine = await sendCustomerMail(bed.smtpPort(), { ...mail, from: 'a@b.example', to: bed.address });
      expect(fine.code).toBe(250);
    } finally {
      await bed.stop();
    }
  });

  test('with a certificate mail comes by STARTTLS', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'omnigate-smtp-tls-'));
    const [key, cert] = ['key.pem', 'cert.pem'].map((name) => join(folder, name)) as [string, string];
    const request = [
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-keyout',
      key,
      '-out',
      cert,
      '-days',
      '2',
    ];
    execFileSync('openssl', [...request, '-subj', '/CN=localhost'], { stdio: 'ignore' });
    const files = { OMNIGATE_SMTP_TLS_CERT: cert, OMNIGATE_SMTP_TLS_KEY: key };
    const { tls } = listenerConfigFrom({ ...environment, ...files }, 'https://gate.example.com');
    const bed = await startMailBed({ listener: { tls } });
    try {
      const transport = createTransport({
        host: '127.0.0.1',
        port: bed.smtpPort(),
        requireTLS: true,
        tls: { ca: readFileSync(cert), servername: 'localhost' },
      });
      const sent = await transport.sendMail({ ...mail, from: 'a@b.example', to: bed.address });
      expect(sent.response).toMatch(/^250 /);
    } finally {
      await bed.stop();
      rmSync(folder, { recursive: true });
    }
  });

  test('a certificate without its key, or one that is not there, is told at the start', () => {
    const start = (more: object) => () =>
      listenerConfigFrom({ ...environment, ...more }, 'https://x.example');
    const code = 'CONFIG_INVALID';
    expect(start({ OMNIGATE_SMTP_TLS_CERT: '/nowhere' })).toThrow(expect.objectContaining({ code }));
    const both = { OMNIGATE_SMTP_TLS_CERT: '/nowhere', OMNIGATE_SMTP_TLS_KEY: '/nowhere' };
    expect(start(both)).toThrow(/OMNIGATE_SMTP_TLS_CERT: \/nowhere can not be read/);
  });

  test('a mail that takes too long to read is refused alone', async () => {
    const bed = await startMailBed({ reader: { timeoutMs: 1 } });
    try {
      const answer = await sendCustomerMail(bed.smtpPort(), {
        ...mail,
        from: 'a@b.example',
        to: bed.address,
      });
      expect(answer).toMatchObject({ code: 554, text: expect.stringMatching(/TOO_COSTLY/) });
    } finally {
      await bed.stop();
    }
  });
});

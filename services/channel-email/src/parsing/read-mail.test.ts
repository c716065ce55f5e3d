import { lines, nested, rawMail } from '../../testing/raw-mail';
import { readMail } from './read-mail';

const envelope = { from: 'li@customer.example' };
const read = (headers: readonly string[], body: string | Buffer, o?: Parameters<typeof rawMail>[2]) =>
  readMail(rawMail(headers, body, o), envelope);
const latin = (text: string): Buffer => Buffer.from(text, 'latin1');

test('a plain mail', async () => {
  const mail = await read(
    [
      'Subject: My order',
      'Date: Thu, 26 Nov 2026 10:00:00 +0800',
      'In-Reply-To: <b@x>',
      'References: <a@x> <b@x>',
    ],
    'Where is it?\r\n',
    { from: 'Li Wei <Li@Customer.Example>' },
  );
  expect(mail).toEqual({
    messageId: '<one@customer.example>',
    from: 'Li@customer.example',
    name: 'Li Wei',
    subject: 'My order',
    sentMs: Date.parse('2026-11-26T02:00:00Z'),
    references: ['<b@x>', '<a@x>'],
    text: 'Where is it?',
    html: '',
    automatic: undefined,
    report: undefined,
    files: [],
  });
});

// 你好 in each; made with iconv.
test.each([
  ['gb18030', Buffer.from('c4e3bac3', 'hex'), '你好'],
  ['GBK', Buffer.from('c4e3bac3', 'hex'), '你好'],
  ['gb2312', Buffer.from('c4e3bac3', 'hex'), '你好'],
  ['big5', Buffer.from('a741a66e', 'hex'), '你好'],
  ['utf-8', Buffer.from('e4bda0e5a5bd', 'hex'), '你好'],
  [
    'iso-2022-jp',
    Buffer.from('1b2442244b244168243b1b2842'.replace('244168243b', '2441243b'), 'hex'),
    'にちせ',
  ],
  ['no-such-charset', Buffer.from('hello'), 'hello'],
])('a body in %s', async (charset, bytes, text) => {
  const mail = await read(
    [`Content-Type: text/plain; charset=${charset}`, 'Content-Transfer-Encoding: 8bit'],
    bytes,
  );
  expect(mail.text).toBe(text);
});

test('headers in words of RFC 2047, split and of several charsets', async () => {
  const mail = await read(
    ['Subject: =?GB2312?B?xOO6ww==?= =?utf-8?Q?=2C_world?=', 'Content-Type: text/plain'],
    'x',
    { from: '=?gbk?B?0KHN9Q==?= <wang@customer.example>' },
  );
  expect([mail.subject, mail.name]).toEqual(['你好, world', '小王']);
});

test('file names of RFC 2231 and of RFC 2047', async () => {
  const part = (disposition: string): string =>
    lines(
      '--b',
      'Content-Type: application/pdf',
      disposition,
      'Content-Transfer-Encoding: base64',
      '',
      'JVBERi0=',
    );
  const body = lines(
    part("Content-Disposition: attachment; filename*=utf-8''%E8%B4%A6%E5%8D%95.pdf"),
    part('Content-Disposition: attachment; filename="=?utf-8?B?6LSm5Y2VLnBkZg==?="'),
    part("Content-Disposition: attachment; filename*0*=gbk''%D5%CB; filename*1*=%B5%A5.pdf"),
    '--b--',
    '',
  );
  const mail = await read(['Content-Type: multipart/mixed; boundary=b'], body);
  expect(mail.files.map(({ fileName }) => fileName)).toEqual(['账单.pdf', '账单.pdf', '账单.pdf']);
  expect(Buffer.from(mail.files[0]?.bytes ?? []).toString()).toBe('%PDF-');
});

test('a picture inside the text has its content id, and the HTML names it', async () => {
  const body = lines(
    '--r',
    'Content-Type: text/html; charset=utf-8',
    '',
    '<p>漏水<img src="cid:leak@x"></p>',
    '--r',
    'Content-Type: image/png; name=leak.png',
    'Content-ID: <leak@x>',
    'Content-Disposition: inline',
    'Content-Transfer-Encoding: base64',
    '',
    'iVBORw0KGgo=',
    '--r--',
    '',
  );
  const mail = await read(['Content-Type: multipart/related; boundary=r'], Buffer.from(body));
  expect(mail.text).toBe('漏水');
  expect(mail.html).toBe('<p>漏水<img src="cid:leak@x" /></p>');
  expect(mail.files).toEqual([
    expect.objectContaining({ fileName: 'leak.png', contentType: 'image/png', contentId: 'leak@x' }),
  ]);
});

test('a mail inside the mail is a file', async () => {
  const body = lines(
    '--b',
    'Content-Type: text/plain',
    '',
    'see below',
    '--b',
    'Content-Type: message/rfc822',
    '',
    'Subject: inner',
    '',
    'inside',
    '--b--',
    '',
  );
  const mail = await read(['Content-Type: multipart/mixed; boundary=b'], body);
  expect([mail.text, mail.files.map(({ contentType }) => contentType)]).toEqual([
    'see below',
    ['message/rfc822'],
  ]);
});

test('headers can not be smuggled in by a name or a subject', async () => {
  const mail = await read(['Subject: =?utf-8?B?YQ0KQmNjOiBldmlsQHouZXhhbXBsZQ==?='], 'x', {
    from: '=?utf-8?B?YQ0KVG86IGV2aWxAei5leGFtcGxl?= <li@customer.example>',
  });
  expect([mail.subject, mail.name]).toEqual(['a Bcc: evil@z.example', 'a To: evil@z.example']);
});

test('a mail without an id is known again by what its author wrote', async () => {
  const own = 'From: li@customer.example\r\nSubject: x\r\n\r\nbody\r\n';
  const ids = await Promise.all(
    [`Received: by a\r\n${own}`, `Received: by b\r\n\tat ten\r\n${own}`, own.replace('body', 'other')].map(
      async (raw) => (await readMail(Buffer.from(raw), envelope)).messageId,
    ),
  );
  expect(ids[0]).toMatch(/^<[0-9a-f]{64}@made\.invalid>$/);
  expect([ids[1] === ids[0], ids[2] === ids[0]]).toEqual([true, false]);
});

test.each(['Li Wei', '"a b"@x', 'undisclosed:;', ''])(
  '%j as a sender leaves that of the envelope',
  async (from) => {
    expect((await read([], 'x', { from })).from).toBe('li@customer.example');
    await expect(readMail(rawMail([], 'x', { from }), { from: '' })).rejects.toMatchObject({
      reason: 'NO_SENDER',
    });
  },
);

test('a long text is cut, and says so', async () => {
  const { text } = await read(
    ['Content-Type: text/plain; charset=utf-8'],
    `${'字'.repeat(60)}\r\n`.repeat(2_000),
  );
  expect(text).toMatch(/\n\[…\]$/);
  expect(text.length).toBeLessThan(20_010);
});

describe('mails that were made to do harm', () => {
  test('multiparts inside each other', async () => {
    const fine = nested(20, 'deep');
    expect((await read([fine.header], fine.body)).text).toBe('deep');
    const bomb = nested(500, 'deep');
    await expect(read([bomb.header], bomb.body)).rejects.toMatchObject({ reason: 'TOO_DEEP' });
  });

  test('more parts than anybody sends', async () => {
    const parts = (count: number) =>
      `${'--b\r\nContent-Type: image/png\r\n\r\nx\r\n'.repeat(count)}--b--\r\n`;
    for (const count of [101, 60_000]) {
      await expect(read(['Content-Type: multipart/mixed; boundary=b'], parts(count))).rejects.toMatchObject({
        reason: 'TOO_MANY_PARTS',
      });
    }
  });

  test('headers without an end', async () => {
    await expect(read([`X-Long: ${'x'.repeat(500_000)}`], 'x')).rejects.toMatchObject({
      reason: 'MALFORMED',
    });
  });

  test('a multipart whose boundary never comes, or without one, is still a mail', async () => {
    expect((await read(['Content-Type: multipart/mixed; boundary=never'], 'text')).text).toBe('');
    expect((await read(['Content-Type: multipart/mixed'], 'text')).files).toEqual([]);
  });

  test('bytes that are no text of the charset named', async () => {
    const mail = await read(['Content-Type: text/plain; charset=utf-8'], latin('caf\xe9 \xff\xfe'));
    expect(mail.text).toBe('caf\ufffd \ufffd\ufffd');
    expect((await read(['Content-Transfer-Encoding: base64'], '!!!! not base64 !!!!')).files).toEqual([]);
  });
});

describe('reports of delivery', () => {
  const ours = '0190a1b2-0000-7000-8000-000000000001';
  const report = (status: string, original: readonly string[], more: readonly string[] = []) =>
    read(
      ['Content-Type: multipart/report; report-type=delivery-status; boundary=b', ...more],
      lines(
        '--b',
        '',
        'Sorry.',
        '--b',
        'Content-Type: message/delivery-status',
        '',
        'Reporting-MTA: dns; x',
        '',
        'Final-Recipient: rfc822; a@b.example',
        status,
        '--b',
        ...original,
        '--b--',
        '',
      ),
      { from: 'mailer-daemon@provider.example' },
    );
  const original = ['Content-Type: message/rfc822', '', `Message-ID: <${ours}@shop.example>`, '', 'x'];

  test.each([
    ['Status: 5.1.1', { status: '5.1.1', failed: true }],
    ['Status: 5.2.2 (mailbox full)', { status: '5.2.2', failed: true }],
    ['Action: failed', { status: '', failed: true }],
    ['Status: 4.2.2', { status: '4.2.2', failed: false }],
    ['Action: delayed', { status: '', failed: false }],
    ['Status: 2.0.0', { status: '2.0.0', failed: false }],
  ])('%s', async (status, said) => {
    const mail = await report(status, original);
    expect(mail.report).toEqual({ about: [`<${ours}@shop.example>`], ...said });
    expect([mail.automatic, mail.files]).toEqual(['bounce', []]);
  });

  test("headers alone, or the report's own, name the message", async () => {
    const headers = ['Content-Type: text/rfc822-headers', '', `Message-ID: <${ours}@shop.example>`];
    expect((await report('Status: 5.0.0', headers)).report?.about).toEqual([`<${ours}@shop.example>`]);
    const own = await report('Status: 5.0.0', ['', 'x'], [`References: <${ours}@shop.example>`]);
    expect(own.report?.about).toEqual([`<${ours}@shop.example>`]);
    expect((await report('Status: 5.0.0', ['', 'x'])).report?.about).toEqual([]);
  });
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger } from '@omnigate/runtime';
import { rawMail } from '../../testing/raw-mail';
import { createMailReader, type MailReader } from './mail-reader';

const logger = createLogger({ service: 'mail-reader-test', level: 'silent' });
const envelope = { from: 'li@customer.example' };
const bytes = (text: string): Uint8Array<ArrayBuffer> => new Uint8Array(Buffer.from(text));

describe('the reader of mails', () => {
  let reader: MailReader;
  afterEach(() => reader.stop());

  test('reads in its thread, and hands files over', async () => {
    reader = createMailReader({ logger });
    const body =
      '--b\r\n\r\nhello\r\n--b\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\ncG5n\r\n--b--\r\n';
    const raw = new Uint8Array(rawMail(['Content-Type: multipart/mixed; boundary=b'], body));
    const mail = await reader.read(raw, envelope);
    expect(mail.text).toBe('hello');
    expect(Buffer.from(mail.files[0]?.bytes ?? []).toString()).toBe('png');
    expect(raw.byteLength).toBe(0);
    await expect(reader.read(bytes('From: nobody\r\n\r\nx'), { from: '' })).rejects.toMatchObject({
      reason: 'NO_SENDER',
    });
  });
});

/** A thread that crashes, hangs or fails, as the mail says; else it repeats the mail. */
const oddWorker = `
const { parentPort } = require('node:worker_threads');
parentPort.on('message', ({ job, raw }) => {
  const text = Buffer.from(raw).toString();
  if (text === 'crash') process.exit(3);
  if (text === 'hang') for (;;);
  if (text === 'fill') for (const all = [];;) all.push(new Array(100_000).fill(text));
  if (text === 'fail') return parentPort.postMessage({ job, failure: 'no' });
  parentPort.postMessage({ job, mail: { text, files: [] } });
});
`;

describe('with a mail that was made to do harm', () => {
  const folder = mkdtempSync(join(tmpdir(), 'odd-mail-worker-'));
  const workerFile = join(folder, 'odd-worker.cjs');
  let reader: MailReader;
  beforeAll(() => writeFileSync(workerFile, oddWorker));
  afterEach(() => reader.stop());
  afterAll(() => rmSync(folder, { recursive: true }));

  test.each([
    ['crash', 20_000],
    ['hang', 500],
    ['fill', 20_000],
  ])('%s: it alone is refused, and those behind it are read', async (text, timeoutMs) => {
    reader = createMailReader({ logger, workerFile, timeoutMs, maxHeapMb: 32 });
    const all = await Promise.allSettled(
      ['before', text, 'after'].map((each) => reader.read(bytes(each), envelope)),
    );
    expect(all).toMatchObject([
      { value: { text: 'before' } },
      { reason: { reason: 'TOO_COSTLY' } },
      { value: { text: 'after' } },
    ]);
  });

  test('a fault of ours is no fault of the mail', async () => {
    reader = createMailReader({ logger, workerFile });
    await expect(reader.read(bytes('fail'), envelope)).rejects.toMatchObject({ code: 'INTERNAL' });
  });

  test('a full queue refuses at once; a stop refuses what waits', async () => {
    reader = createMailReader({ logger, workerFile, maxWaiting: 1 });
    const reading = [reader.read(bytes('hang'), envelope), reader.read(bytes('two'), envelope)];
    await expect(reader.read(bytes('three'), envelope)).rejects.toMatchObject({ code: 'OVERLOADED' });
    const settled = Promise.allSettled(reading);
    await reader.stop();
    expect(await settled).toMatchObject([
      { reason: { code: 'UNAVAILABLE' } },
      { reason: { code: 'UNAVAILABLE' } },
    ]);
  });
});

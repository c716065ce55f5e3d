import { randomBytes } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { sendCustomerMail, startMailProvider } from '@omnigate/testkit';

/** Mails that customers are to write. */
export interface MailJob {
  /** Of Omnigate's SMTP server. */
  port: number;
  to: string;
  /** Open loop: so many a second, whatever comes back. */
  ratePerSecond: number;
  total: number;
  /** Of a mail, its attachment included. */
  bytes: number;
}

/** What came back; times are milliseconds since the epoch. */
export interface MailResult {
  acknowledged: number;
  failed: number;
  /** By the schedule. */
  dueAt: Float64Array;
  acknowledgedAt: Float64Array;
}

const now = (): number => performance.timeOrigin + performance.now();
const processMark = randomBytes(4).toString('hex');
/** Base64 takes four bytes for three. */
const encodedShare = 4 / 3;

function mailOf(job: MailJob, index: number, file: Buffer) {
  return {
    from: `customer-${index}@load.example`,
    to: job.to,
    messageId: `<${processMark}-${index}@load.example>`,
    subject: `Question ${index}`,
    text: 'Where is my order? The picture shows what came instead.',
    attachments: [{ filename: 'note.txt', content: file, contentType: 'text/plain' }],
  };
}

async function generate(job: MailJob): Promise<MailResult> {
  const result: MailResult = {
    acknowledged: 0,
    failed: 0,
    dueAt: new Float64Array(job.total),
    acknowledgedAt: new Float64Array(job.total),
  };
  const file = Buffer.alloc(Math.floor(job.bytes / encodedShare), 'What the customer attached.\n');
  const intervalMs = 1_000 / job.ratePerSecond;
  const startedAt = now();
  const pending: Promise<void>[] = [];
  const send = async (index: number): Promise<void> => {
    const code = await sendCustomerMail(job.port, mailOf(job, index, file)).then(
      (answer) => answer.code,
      () => 0,
    );
    if (code !== 250) result.failed += 1;
    else {
      result.acknowledged += 1;
      result.acknowledgedAt[index] = now();
    }
  };
  for (let index = 0; index < job.total; ) {
    const due = Math.min(job.total, Math.floor((now() - startedAt) / intervalMs) + 1);
    for (; index < due; index++) {
      result.dueAt[index] = startedAt + index * intervalMs;
      pending.push(send(index));
    }
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  await Promise.all(pending);
  return result;
}

/** Customers, and the provider that takes what is answered to them: tells its port, then runs what it is told. */
async function main(): Promise<void> {
  const provider = await startMailProvider();
  process.on('message', (job: MailJob) => {
    void generate(job).then((result) => process.send?.(result));
  });
  process.on('disconnect', () => process.exit(0));
  process.send?.(provider.port);
}

void main();

import { randomBytes } from 'node:crypto';
import { sendCustomerMail, startMailProvider } from '@omnigate/testkit';
import { type GeneratorResult, openLoop, type Pace } from './open-loop';

/** Mails that customers are to write. */
export interface MailJob extends Pace {
  /** Of Omnigate's SMTP server. */
  port: number;
  to: string;
  /** Of a mail, its attachment included. */
  bytes: number;
}

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

function generate(job: MailJob): Promise<GeneratorResult> {
  const file = Buffer.alloc(Math.floor(job.bytes / encodedShare), 'What the customer attached.\n');
  return openLoop(job, async (index) => {
    const { code } = await sendCustomerMail(job.port, mailOf(job, index, file));
    if (code !== 250) throw new Error(`answered ${code}`);
  });
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

import { createHmac, randomBytes } from 'node:crypto';
import { type GeneratorResult, newResult, now, openLoop } from './open-loop';
import { openRawConnections } from './raw-client';

/** Webhooks that the generator is to send, signed as Twilio signs them. */
export interface GeneratorJob {
  /** Where Omnigate listens. */
  origin: string;
  channels: { url: string; authToken: string }[];
  /** Different customers; each writes in turn. */
  customers: number;
  /** Digits that begin the customers' numbers; one for each run, so that runs do not share customers. */
  prefix: string;
  texts: string[];
  connections: number;
  /** Open loop: so many a second, whatever comes back. */
  ratePerSecond?: number;
  /** Without a rate: as fast as the connections are answered. */
  total: number;
}

/**
 * Number of the customer who writes message i.
 *
 * @param job the job.
 * @param index number of the message from 0.
 * @returns an E.164 number.
 */
export function customerOf(job: Pick<GeneratorJob, 'customers' | 'prefix'>, index: number): string {
  return `+86${job.prefix}${String(index % job.customers).padStart(11 - job.prefix.length, '0')}`;
}

/** One process makes one run, so that no run repeats the ids of another. */
const processMark = randomBytes(4).toString('hex');

/** A whole request; made before the run, so that the generator is not what is measured. */
function requestOf(job: GeneratorJob, index: number): Buffer {
  const customer = index % job.customers;
  const channel = job.channels[customer % job.channels.length] ?? { url: '', authToken: '' };
  const round = Math.floor(index / job.customers);
  const fields: Record<string, string> = {
    AccountSid: 'AC1',
    Body: job.texts[(customer + round) % job.texts.length] ?? '',
    From: customerOf(job, index),
    MessageSid: `SM${processMark}${String(index).padStart(24, '0')}`,
    NumMedia: '0',
    To: '+14155550100',
  };
  const signed = Object.entries(fields).reduce((text, [name, value]) => text + name + value, channel.url);
  const signature = createHmac('sha1', channel.authToken).update(signed).digest('base64');
  const body = new URLSearchParams(fields).toString();
  const head = [
    `POST ${new URL(channel.url).pathname} HTTP/1.1`,
    `host: ${new URL(job.origin).host}`,
    'content-type: application/x-www-form-urlencoded',
    `content-length: ${body.length}`,
    `x-twilio-signature: ${signature}`,
  ];
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`);
}

/**
 * Sends webhooks: open loop at a rate, or as fast as they are answered.
 *
 * @param job what to send.
 * @returns what came back.
 */
export async function generate(job: GeneratorJob): Promise<GeneratorResult> {
  const requests = Array.from({ length: job.total }, (_, index) => requestOf(job, index));
  const connections = openRawConnections(job.origin, job.connections);
  const send = async (index: number): Promise<void> => {
    const { status } = await connections.send(requests[index] as Buffer);
    if (status >= 300) throw new Error(`status ${status}`);
  };
  const { ratePerSecond, total } = job;
  const result = await (ratePerSecond ? openLoop({ ratePerSecond, total }, send) : burst(total, send));
  connections.close();
  return result;
}

/** As fast as the connections are answered. */
async function burst(total: number, send: (index: number) => Promise<void>): Promise<GeneratorResult> {
  const result = newResult(total);
  const sent = await Promise.allSettled(Array.from({ length: total }, (_, index) => send(index)));
  result.acknowledged = sent.filter(({ status }) => status === 'fulfilled').length;
  result.failed = total - result.acknowledged;
  result.endedAt = now();
  return result;
}

process.on('message', (job: GeneratorJob) => {
  void generate(job).then((result) => process.send?.(result));
});
process.on('disconnect', () => process.exit(0));

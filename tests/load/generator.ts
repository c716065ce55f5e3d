import { createHmac, randomBytes } from 'node:crypto';
import { Pool } from 'undici';
import { type GeneratorResult, newResult, now, openLoop } from './open-loop';
import { sendAll } from './raw-client';

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

interface Prepared {
  path: string;
  body: string;
  signature: string;
}

function prepare(job: GeneratorJob, index: number): Prepared {
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
  return { path: new URL(channel.url).pathname, body: new URLSearchParams(fields).toString(), signature };
}

/**
 * Sends webhooks: open loop at a rate, or as fast as they are answered.
 *
 * @param job what to send.
 * @returns what came back.
 */
export function generate(job: GeneratorJob): Promise<GeneratorResult> {
  return job.ratePerSecond ? paced(job, job.ratePerSecond) : burst(job);
}

/** As fast as the connections are answered; requests are made before, so that the generator is not what is measured. */
async function burst(job: GeneratorJob): Promise<GeneratorResult> {
  const { host } = new URL(job.origin);
  const requests = Array.from({ length: job.total }, (_, index) => {
    const { path, body, signature } = prepare(job, index);
    const head = [
      `POST ${path} HTTP/1.1`,
      `host: ${host}`,
      'content-type: application/x-www-form-urlencoded',
      `content-length: ${Buffer.byteLength(body)}`,
      `x-twilio-signature: ${signature}`,
    ];
    return Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`);
  });
  const result = newResult(job.total);
  await sendAll({ origin: job.origin, connections: job.connections, requests }, (_index, status) => {
    if (status < 300) result.acknowledged += 1;
    else result.failed += 1;
  });
  result.endedAt = now();
  return result;
}

async function paced(job: GeneratorJob, ratePerSecond: number): Promise<GeneratorResult> {
  const pool = new Pool(job.origin, { connections: job.connections, pipelining: 1 });
  const result = await openLoop({ ratePerSecond, total: job.total }, async (index) => {
    const { path, body, signature } = prepare(job, index);
    const headers = { 'content-type': 'application/x-www-form-urlencoded', 'x-twilio-signature': signature };
    const response = await pool.request({ method: 'POST', path, headers, body });
    await response.body.dump();
    if (response.statusCode >= 300) throw new Error(`status ${response.statusCode}`);
  });
  await pool.close();
  return result;
}

process.on('message', (job: GeneratorJob) => {
  void generate(job).then((result) => process.send?.(result));
});

import { createHmac, randomBytes } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { Pool } from 'undici';
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

/** What the generator saw; times are milliseconds since the epoch. */
export interface GeneratorResult {
  startedAt: number;
  endedAt: number;
  acknowledged: number;
  failed: number;
  /** When message i was due by the schedule; latencies count from there, so a stalled generator hides nothing. */
  dueAt: Float64Array;
  acknowledgedAt: Float64Array;
}

const now = (): number => performance.timeOrigin + performance.now();

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
export async function generate(job: GeneratorJob): Promise<GeneratorResult> {
  const result: GeneratorResult = {
    startedAt: now(),
    endedAt: 0,
    acknowledged: 0,
    failed: 0,
    dueAt: new Float64Array(job.total),
    acknowledgedAt: new Float64Array(job.total),
  };
  await (job.ratePerSecond ? openLoop(job, result) : burst(job, result));
  result.endedAt = now();
  return result;
}

/** As fast as the connections are answered; requests are made before, so that the generator is not what is measured. */
async function burst(job: GeneratorJob, result: GeneratorResult): Promise<void> {
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
  result.startedAt = now();
  await sendAll({ origin: job.origin, connections: job.connections, requests }, (_index, status) => {
    if (status < 300) result.acknowledged += 1;
    else result.failed += 1;
  });
}

async function openLoop(job: GeneratorJob, result: GeneratorResult): Promise<void> {
  const pool = new Pool(job.origin, { connections: job.connections, pipelining: 1 });
  const send = async (index: number): Promise<void> => {
    const { path, body, signature } = prepare(job, index);
    const headers = { 'content-type': 'application/x-www-form-urlencoded', 'x-twilio-signature': signature };
    try {
      const response = await pool.request({ method: 'POST', path, headers, body });
      await response.body.dump();
      if (response.statusCode >= 300) throw new Error(`status ${response.statusCode}`);
      result.acknowledged += 1;
      result.acknowledgedAt[index] = now();
    } catch {
      result.failed += 1;
    }
  };
  const intervalMs = 1000 / (job.ratePerSecond ?? 1);
  const pending: Promise<void>[] = [];
  for (let index = 0; index < job.total; ) {
    const due = Math.min(job.total, Math.floor((now() - result.startedAt) / intervalMs) + 1);
    for (; index < due; index++) {
      result.dueAt[index] = result.startedAt + index * intervalMs;
      pending.push(send(index));
    }
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  await Promise.all(pending);
  await pool.close();
}

process.on('message', (job: GeneratorJob) => {
  void generate(job).then((result) => process.send?.(result));
});

import { ConversationServiceService } from '@omnigate/contracts';
import { answerOf, startChild } from './children';
import { type CpuSample, totalMs } from './cpu';
import { perMessage } from './end-to-end';
import { acknowledgedAfterMs, type GeneratorResult, now } from './open-loop';
import { type Percentiles, percentiles } from './percentiles';
import { type Channel, measured, type Stage } from './stage';

/** Receiving and storing at full speed, for people to answer. */
export interface ReceiveRun {
  messages: number;
  /** Stored a second, while both cores are full. */
  perSecond: number;
  /** Stored a CPU second of all Omnigate and PostgreSQL processes. */
  perCpuSecond: number;
  acknowledged: Percentiles;
  failed: number;
  cpu: CpuSample;
}

/**
 * Messages that routing has stored.
 *
 * @param stage the stage.
 * @param metricBefore what was there before, which is taken off.
 */
export async function storedMessages(stage: Stage, metricBefore: number): Promise<number> {
  const text = await (await fetch(`${stage.omnigate.httpUrl}/metrics`)).text();
  // One line for each process of routing.
  const values = text.matchAll(/^omnigate_routing_messages_received_total(?:\{[^}]*\})? (\d+)/gm);
  return [...values].reduce((sum, [, value]) => sum + Number(value), 0) - metricBefore;
}

/**
 * Offers signed webhooks faster than they can be stored, and counts what is stored until all is.
 *
 * @param stage the stage.
 * @param channels channels with first_responder people.
 * @param options messages a second offered, and for how long.
 * @returns what was measured.
 */
export async function runReceive(
  stage: Stage,
  channels: Channel[],
  options: { ratePerSecond: number; seconds: number; prefix: string },
): Promise<ReceiveRun> {
  const total = options.ratePerSecond * options.seconds;
  const before = await storedMessages(stage, 0);
  const job = {
    channels,
    customers: 5_000,
    prefix: options.prefix,
    connections: 64,
    ratePerSecond: options.ratePerSecond,
    total,
  };
  const { result, cpu } = await measured(stage, async () => {
    const generated = await stage.run(job);
    while ((await storedMessages(stage, before)) < generated.acknowledged)
      await new Promise((resolve) => setTimeout(resolve, 50));
    return { ...generated, endedAt: now() };
  });
  const seconds = (result.endedAt - result.startedAt) / 1000;
  const client = stage.omnigate.client(ConversationServiceService);
  await client.listConversations({ pageSize: 1 });
  return {
    messages: result.acknowledged,
    perSecond: Math.round(result.acknowledged / seconds),
    perCpuSecond: Math.round(result.acknowledged / (totalMs(cpu) / 1000)),
    acknowledged: percentiles(acknowledgedAfterMs(result)),
    failed: result.failed,
    cpu: perMessage(cpu, result.acknowledged),
  };
}

/** A burst beside a bare server. */
export interface BurstRun {
  messages: number;
  acknowledgedPerSecond: number;
  barePerSecond: number;
  /** Of the bare server's rate, percent. */
  share: number;
  failed: number;
}

const burstConnections = 256;

function perSecond(result: GeneratorResult): number {
  return Math.round(result.acknowledged / ((result.endedAt - result.startedAt) / 1000));
}

/**
 * Sends a burst as fast as it is acknowledged, to Omnigate with its consumers running and to a bare fastify server that
 * only checks the same signature.
 *
 * @param stage the stage.
 * @param channels where the burst goes.
 * @param options its length, and what its customers' numbers begin with.
 * @returns both rates.
 */
export async function runBurst(
  stage: Stage,
  channels: Channel[],
  options: { messages: number; prefix: string },
): Promise<BurstRun> {
  const job = { channels, customers: 5_000, connections: burstConnections, total: options.messages };
  const bare = await runBare({ ...job, prefix: options.prefix });
  const burst = await stage.run({ ...job, prefix: options.prefix });
  const acknowledgedPerSecond = perSecond(burst);
  return {
    messages: burst.acknowledged,
    acknowledgedPerSecond,
    barePerSecond: bare,
    share: Math.round((acknowledgedPerSecond / bare) * 1000) / 10,
    failed: burst.failed,
  };
}

async function runBare(job: {
  channels: Channel[];
  customers: number;
  connections: number;
  total: number;
  prefix: string;
}): Promise<number> {
  const [channel] = job.channels;
  const publicUrl = new URL(channel?.url ?? '').origin;
  const bare = startChild('bare-server', [channel?.authToken ?? '', publicUrl]);
  const origin = await answerOf<string>(bare);
  const generator = startChild('generator');
  const result = await answerOf<GeneratorResult>(generator, { ...job, origin, texts: ['发票怎么开'] });
  generator.disconnect();
  bare.disconnect();
  if (result.failed > 0) throw new Error(`the bare server refused ${result.failed} requests`);
  return perSecond(result);
}

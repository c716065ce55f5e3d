import { DirectoryServiceService } from '@omnigate/contracts';
import { resource } from '../journeys/sms-shop';
import { answerOf, startChild } from './children';
import { type CpuSample, totalMs } from './cpu';
import { perMessage } from './end-to-end';
import type { MailJob } from './mail-generator';
import { acknowledgedAfterMs, type GeneratorResult } from './open-loop';
import { type Percentiles, percentiles } from './percentiles';
import { storedMessages } from './receive';
import { measured, type Stage } from './stage';

/** Mails with an attachment each, received at a fixed rate. */
export interface MailRun {
  ratePerSecond: number;
  mails: number;
  bytes: number;
  /** Due to acknowledged, milliseconds: by then it is durable, its file too. */
  acknowledged: Percentiles;
  failed: number;
  /** From the last acknowledgement until all are stored in conversations. */
  storedAfterMs: number;
  cpuMsPerMail: number;
  cpu: CpuSample;
}

/**
 * Sends mails to a channel for people, a connection each, as providers do.
 *
 * @param stage the stage.
 * @param options how many a second, for how long, and how large.
 * @returns what was measured.
 */
export async function runMail(
  stage: Stage,
  options: { name: string; ratePerSecond: number; seconds: number; bytes: number },
): Promise<MailRun> {
  const { name, ratePerSecond, bytes } = options;
  const total = ratePerSecond * options.seconds;
  const generator = startChild('mail-generator');
  const port = await answerOf<number>(generator);
  const to = `${name}@bench.example`;
  const channel = resource('Channel', name, {
    type: 'email',
    first_responder: 'people',
    max_per_second: 10_000,
    config: { address: to, smtp: { host: '127.0.0.1', port } },
  });
  await stage.omnigate.client(DirectoryServiceService).applyResources({ resources: [channel] });
  const before = await storedMessages(stage, 0);
  const job: MailJob = { port: stage.omnigate.smtpPort, to, ratePerSecond, total, bytes };
  let storedAfterMs = 0;
  const { result, cpu } = await measured(stage, async () => {
    const generated = await answerOf<GeneratorResult>(generator, job);
    const lastAt = performance.now();
    while ((await storedMessages(stage, before)) < generated.acknowledged)
      await new Promise((resolve) => setTimeout(resolve, 20));
    storedAfterMs = Math.round(performance.now() - lastAt);
    return generated;
  });
  generator.disconnect();
  return {
    ratePerSecond,
    mails: result.acknowledged,
    bytes,
    acknowledged: percentiles(acknowledgedAfterMs(result)),
    failed: result.failed,
    storedAfterMs,
    cpuMsPerMail: Math.round((totalMs(cpu) / total) * 1000) / 1000,
    cpu: perMessage(cpu, total),
  };
}

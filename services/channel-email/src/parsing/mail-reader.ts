import { extname, join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { AppError } from '@omnigate/errors';
import { type Logger, startThread } from '@omnigate/runtime';
import { type Mail, type MailEnvelope, UnreadableMail } from '../domain/mail';
import type { FromWorker, ToWorker } from './worker-messages';

/** Reads mails in a thread of its own: one that was made to do harm costs that thread, and nobody else waits for it. */
export interface MailReader {
  /**
   * @param raw all of the mail; handed over, and empty afterwards.
   * @throws UnreadableMail; AppError OVERLOADED, UNAVAILABLE (stopped), INTERNAL
   */
  read(raw: Uint8Array<ArrayBuffer>, envelope: MailEnvelope): Promise<Mail>;
  stop(): Promise<void>;
}

/** How the reader is made. */
export interface MailReaderOptions {
  logger: Logger;
  /** For one mail; beyond it the mail is refused and the thread replaced. Default 20 s. */
  timeoutMs?: number;
  /** Of the thread's heap; files are outside of it. Default 384. */
  maxHeapMb?: number;
  /** Mails that may wait; default 200. */
  maxWaiting?: number;
  workerFile?: string;
}

interface Job {
  message: ToWorker;
  resolve(mail: Mail): void;
  reject(error: unknown): void;
}

/** Compiled or source, as this file is. */
const ownWorker = join(__dirname, `parsing-worker${extname(__filename)}`);

/** Makes the reader; its thread starts with the first mail. */
export function createMailReader(o: MailReaderOptions): MailReader {
  const { timeoutMs = 20_000, maxHeapMb = 384, maxWaiting = 200, workerFile = ownWorker } = o;
  const waiting: Job[] = [];
  let worker: Worker | undefined;
  let current: Job | undefined;
  let timer: NodeJS.Timeout | undefined;
  let jobs = 0;
  let stopped = false;

  function next(): void {
    if (current || stopped) return;
    current = waiting.shift();
    if (!current) return;
    worker ??= start();
    // From here on the process may not end by itself.
    worker.ref();
    timer = setTimeout(() => giveUp('the time was up'), timeoutMs);
    worker.postMessage(current.message, [current.message.raw.buffer]);
  }

  function start(): Worker {
    const started = startThread(workerFile, { maxOldGenerationSizeMb: maxHeapMb });
    started.on('message', (message: FromWorker) => settle(message));
    // Such as a heap that is full; `exit` follows.
    started.on('error', (err) => o.logger.warn({ err }, 'the thread that reads mails failed'));
    started.on('exit', () => {
      if (worker !== started) return;
      worker = undefined;
      finish((job) => job.reject(new UnreadableMail('TOO_COSTLY')));
    });
    return started;
  }

  function settle(message: FromWorker): void {
    if (current?.message.job !== message.job) return;
    finish((job) => {
      if ('mail' in message) job.resolve(message.mail);
      else if ('unreadable' in message) job.reject(new UnreadableMail(message.unreadable));
      else {
        o.logger.error({ failure: message.failure }, 'a mail could not be read');
        job.reject(new AppError('INTERNAL'));
      }
    });
  }

  function giveUp(why: string): void {
    o.logger.warn({ why }, 'a mail was too costly to read');
    const given = worker;
    worker = undefined;
    void given?.terminate();
    finish((job) => job.reject(new UnreadableMail('TOO_COSTLY')));
  }

  function finish(end: (job: Job) => void): void {
    clearTimeout(timer);
    const job = current;
    current = undefined;
    worker?.unref();
    if (job) end(job);
    next();
  }

  return {
    read: (raw, envelope) =>
      new Promise((resolve, reject) => {
        if (stopped) return reject(new AppError('UNAVAILABLE'));
        if (waiting.length >= maxWaiting) return reject(new AppError('OVERLOADED'));
        jobs += 1;
        waiting.push({ message: { job: jobs, raw, envelope }, resolve, reject });
        next();
      }),
    async stop() {
      stopped = true;
      clearTimeout(timer);
      for (const job of [...(current ? [current] : []), ...waiting.splice(0)])
        job.reject(new AppError('UNAVAILABLE'));
      current = undefined;
      const last = worker;
      worker = undefined;
      await last?.terminate();
    },
  };
}

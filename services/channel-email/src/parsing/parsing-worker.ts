import { parentPort } from 'node:worker_threads';
import { UnreadableMail } from '../domain/mail';
import { readMail } from './read-mail';
import type { FromWorker, ToWorker } from './worker-messages';

async function answerTo({ job, raw, envelope }: ToWorker): Promise<FromWorker> {
  try {
    return { job, mail: await readMail(raw, envelope) };
  } catch (error) {
    if (error instanceof UnreadableMail) return { job, unreadable: error.reason };
    return { job, failure: error instanceof Error ? (error.stack ?? error.name) : 'unknown' };
  }
}

async function work(message: ToWorker): Promise<void> {
  const answer = await answerTo(message);
  const files = 'mail' in answer ? answer.mail.files : [];
  // Moved, not copied: files are most of a large mail.
  parentPort?.postMessage(answer, [...new Set(files.map(({ bytes }) => bytes.buffer as ArrayBuffer))]);
}

parentPort?.on('message', (message: ToWorker) => void work(message));

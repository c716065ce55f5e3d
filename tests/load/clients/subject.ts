// A process of the benchmark that uses the bus with one client: its CPU is the client's and the driver's alone.
import { createKafkaBus } from '@omnigate/bus';
import { createDatabase } from '@omnigate/database';
import { createLogger, createMetrics } from '@omnigate/runtime';
import { effects } from './effects-schema';
import {
  measureAppend,
  measureConsume,
  measureFollow,
  measureLatency,
  measureSend,
  type Subject,
  startOf,
} from './rates';
import { type SteadyLoad, startSteadyLoad } from './steady-load';
import { type ClientName, createClient } from './subjects';

/** What the process is asked to do. */
export type Job =
  | { kind: 'append' | 'send' | 'follow'; topic: string; records: number }
  | { kind: 'consume'; topic: string; records: number; group: string }
  | { kind: 'latency'; topic: string; group: string; ratePerSecond: number; seconds: number }
  | { kind: 'load'; topic: string }
  | { kind: 'pause' | 'end' };

const [clientName, brokerList = '', url = ''] = process.argv.slice(2);
const logger = createLogger({ service: 'bench', level: 'silent' });

function openSubject(): Subject {
  const brokers = brokerList.split(',');
  const client = createClient(clientName as ClientName, brokers, logger);
  const { schema, role } = effects;
  return {
    client,
    bus: createKafkaBus({ kafka: { brokers }, client, url, logger, metrics: createMetrics() }),
    database: createDatabase({ url, schema, role, applicationName: 'bench', logger }),
  };
}

const subject = openSubject();
const starts = new Map<string, string>();
let load: SteadyLoad | undefined;

async function perform(job: Job): Promise<unknown> {
  switch (job.kind) {
    case 'append':
      starts.set(job.topic, await startOf(subject.bus, job.topic));
      return measureAppend(subject, job.topic, job.records);
    case 'send':
      return measureSend(subject, job.topic, job.records);
    case 'follow':
      return measureFollow(subject, job.topic, job.records, starts.get(job.topic) ?? '');
    case 'consume':
      return measureConsume(subject, job.topic, job.records, job.group);
    case 'latency':
      return measureLatency(subject, job.topic, job);
    case 'load':
      load = startSteadyLoad(subject.bus, job.topic, await startOf(subject.bus, job.topic));
      return 'started';
    case 'pause':
      return load?.longestPause();
    case 'end':
      return load?.stop();
  }
}

function fail(error: unknown): void {
  process.stderr.write(`${clientName}: ${error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(1);
}

process.on('message', (job: Job) => void perform(job).then((result) => process.send?.(result), fail));
process.on('disconnect', () => {
  void Promise.all([subject.bus.stop(), subject.database.end()]).finally(() => process.exit(0));
});
void subject.bus.start().then(() => process.send?.('ready'), fail);

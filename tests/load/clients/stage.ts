import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { applyTopics, busSchema } from '@omnigate/bus';
import { deadLetterTopic, retryTopic } from '@omnigate/contracts';
import { createLogger } from '@omnigate/runtime';
import { type FreshDatabase, freshDatabase, type LaunchedKafka, launchKafka } from '@omnigate/testkit';
import { answerOf, startChild } from '../children';
import { effects } from './effects-schema';
import type { Job } from './subject';
import { type ClientName, clientNames } from './subjects';

/** Brokers, a database, and a process for each client. */
export interface ClientStage {
  kafka: LaunchedKafka;
  /** Makes a topic, and what a group needs beside it. */
  makeTopic(topic: string, group?: string): Promise<void>;
  ask<T>(client: ClientName, job: Job): Promise<T>;
  close(): Promise<void>;
}

const partitions = 4;
const logger = createLogger({ service: 'bench', level: 'silent' });

/**
 * Starts everything.
 *
 * @param nodes how many brokers.
 * @returns the stage; close it.
 */
export async function openStage(nodes: 1 | 3): Promise<ClientStage> {
  const [kafka, ...databases] = await Promise.all([
    launchKafka({ nodes }),
    ...clientNames.map(() => freshDatabase([busSchema, effects])),
  ]);
  const { brokers } = kafka;
  const children = new Map<ClientName, ChildProcess>();
  for (const [index, name] of clientNames.entries()) {
    const { url } = databases[index] as FreshDatabase;
    const child = startChild('clients/subject', [name, brokers.join(), url]);
    children.set(name, child);
    await answerOf(child);
  }
  return {
    kafka,
    async makeTopic(topic, group) {
      const spec = { replication: -1, compacted: false, retentionHours: 1 };
      const beside = group ? [deadLetterTopic(topic, group), retryTopic(topic, group)] : [];
      const specs = [
        { topic, partitions, ...spec },
        ...beside.map((each) => ({ topic: each, partitions: 1, ...spec })),
      ];
      await applyTopics({ brokers }, specs, logger);
    },
    ask: (client, job) => answerOf(children.get(client) as ChildProcess, job),
    async close() {
      await Promise.all([...children.values()].map(ended));
      await Promise.all([kafka.close(), ...databases.map(({ drop }) => drop())]);
    },
  };
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.disconnect();
  await exit;
}

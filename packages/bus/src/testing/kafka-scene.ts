import { freshDatabase, type LaunchedKafka, launchKafka } from '@omnigate/testkit';
import { effectsSchema } from '../contract';
import { uniqueName } from '../contract/bus-under-test';
import { busSchema } from '../postgres/schema';
import { type KafkaProcess, openKafkaProcess, prepareTopics } from './kafka-process';

type ProcessOptions = Omit<Parameters<typeof openKafkaProcess>[0], 'brokers' | 'url'>;

/** Brokers of a test file's own, which its tests may treat badly, and processes on them. */
export interface KafkaScene {
  kafka: LaunchedKafka;
  /** Makes a topic and the name of a group that no other test has. */
  prepare(): Promise<{ topic: string; group: string }>;
  open(o?: ProcessOptions): Promise<KafkaProcess>;
  /** Stops all processes. */
  clear(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Launches brokers, and makes a database.
 * @param nodes brokers: one, or three with three replicas of which two must be in sync
 */
export async function openKafkaScene(nodes: 1 | 3): Promise<KafkaScene> {
  const [kafka, fresh] = await Promise.all([
    launchKafka({ nodes }),
    freshDatabase([busSchema, effectsSchema]),
  ]);
  const processes: KafkaProcess[] = [];
  return {
    kafka,
    async prepare() {
      const [topic, group] = [uniqueName('topic'), uniqueName('group')];
      await prepareTopics(kafka.brokers, [topic], [group]);
      return { topic, group };
    },
    async open(o = {}) {
      const process = await openKafkaProcess({ brokers: kafka.brokers, url: fresh.url, ...o });
      processes.push(process);
      return process;
    },
    clear: async () => void (await Promise.all(processes.splice(0).map((process) => process.stop()))),
    close: async () => void (await Promise.all([kafka.close(), fresh.drop()])),
  };
}

import { freshDatabase, type LaunchedKafka, launchKafka, startTestKafka } from '@omnigate/testkit';
import { effectsSchema } from '../contract';
import { uniqueName } from '../contract/bus-under-test';
import { busSchema } from '../postgres/schema';
import { type KafkaProcess, openKafkaProcess, prepareTopics } from './kafka-process';

type ProcessOptions = Omit<Parameters<typeof openKafkaProcess>[0], 'brokers' | 'url'>;

/** A database of a test file's own, and processes on it and on a Kafka. */
export interface SharedKafkaScene {
  brokers: string[];
  /** Makes a topic and the name of a group that no other test has. */
  prepare(): Promise<{ topic: string; group: string }>;
  open(o?: ProcessOptions): Promise<KafkaProcess>;
  /** Stops all processes. */
  clear(): Promise<void>;
  close(): Promise<void>;
}

/** The same on brokers of its own, which its tests may treat badly. */
export interface KafkaScene extends SharedKafkaScene {
  kafka: LaunchedKafka;
}

/** Makes a database, for the Kafka that all tests share. */
export async function openSharedKafkaScene(): Promise<SharedKafkaScene> {
  const { brokers } = await startTestKafka();
  return openScene(brokers);
}

/**
 * Launches brokers, and makes a database.
 * @param nodes brokers: one, or three with three replicas of which two must be in sync
 */
export async function openKafkaScene(nodes: 1 | 3): Promise<KafkaScene> {
  const kafka = await launchKafka({ nodes });
  const scene = await openScene(kafka.brokers);
  return {
    ...scene,
    kafka,
    close: async () => void (await Promise.all([kafka.close(), scene.close()])),
  };
}

async function openScene(brokers: string[]): Promise<SharedKafkaScene> {
  const fresh = await freshDatabase([busSchema, effectsSchema]);
  const processes: KafkaProcess[] = [];
  return {
    brokers,
    async prepare() {
      const [topic, group] = [uniqueName('topic'), uniqueName('group')];
      await prepareTopics(brokers, [topic], [group]);
      return { topic, group };
    },
    async open(o = {}) {
      const process = await openKafkaProcess({ brokers, url: fresh.url, ...o });
      processes.push(process);
      return process;
    },
    clear: async () => void (await Promise.all(processes.splice(0).map((process) => process.stop()))),
    close: fresh.drop,
  };
}

import { dockerAnswers } from '../docker';
import { announce, awaitAnnouncement, claimFolder, testRunFolder } from '../test-run';
import { startKafkaContainer } from './container';
import { launchNodes } from './launch';

/** A Kafka for tests; each makes topics of its own. */
export interface TestKafka {
  /** host:port of some of its brokers. */
  brokers: string[];
}

const startTimeoutMs = 400_000;

async function startBrokers(folder: string): Promise<string[]> {
  if (await dockerAnswers()) return [await startKafkaContainer()];
  const nodes = await launchNodes(folder, 1);
  return nodes.map((node) => node.address);
}

async function startServer(folder: string): Promise<void> {
  try {
    await announce<TestKafka>(folder, { brokers: await startBrokers(folder) });
  } catch (error) {
    await announce<TestKafka>(folder, { error: error instanceof Error ? error.message : String(error) });
  }
}

async function locate(): Promise<TestKafka> {
  const given = process.env.KAFKA_BROKERS;
  if (given) return { brokers: given.split(',') };
  const folder = testRunFolder('kafka');
  if (await claimFolder(folder)) await startServer(folder);
  return awaitAnnouncement<TestKafka>(folder, 'The test broker', startTimeoutMs);
}

let started: Promise<TestKafka> | undefined;

/**
 * The Kafka of this test run: that of KAFKA_BROKERS, else one in Docker, else one on this machine's Java. All workers of
 * the run share it, and it ends with the run.
 */
export function startTestKafka(): Promise<TestKafka> {
  started ??= locate();
  return started;
}

import { randomBytes } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { freePorts } from '../free-ports';
import { startWatchdog, testRunFolder } from '../test-run';
import type { KafkaDistribution } from './broker-command';
import { kafkaDistribution } from './distribution';
import { createKafkaNode, type KafkaNode } from './node';

/** A Kafka cluster of its own, for one test file. */
export interface LaunchedKafka {
  /** host:port of each node. */
  brokers: string[];
  nodes: KafkaNode[];
  /** Ends all nodes and removes their data. */
  close(): Promise<void>;
}

/** Waits for the run or the folder to be gone, then ends the brokers, stopped ones too, and removes their data. */
const watchdogScript = `
  while kill -0 "$1" 2>/dev/null && [ -d "$2" ]; do sleep 1; done
  for file in "$2"/*/broker.pid; do [ -f "$file" ] && kill -KILL "$(cat "$file")" 2>/dev/null; done
  sleep 1
  rm -rf "$2"`;

/** A port may be taken between its being found and its being used. */
const attempts = 3;

async function launchOnce(
  distribution: KafkaDistribution,
  folder: string,
  nodes: number,
): Promise<KafkaNode[]> {
  const clusterId = randomBytes(16).toString('base64url');
  const free = await freePorts(2 * nodes);
  const places = Array.from({ length: nodes }, (_, i) => ({
    id: i + 1,
    folder: join(folder, `node-${i + 1}`),
    ports: { client: free[2 * i] as number, controller: free[2 * i + 1] as number },
  }));
  const voters = places.map(({ id, ports }) => `${id}@127.0.0.1:${ports.controller}`).join();
  const made = await Promise.all(
    places.map((place) => createKafkaNode({ ...place, distribution, clusterId, voters, nodes })),
  );
  await Promise.all(made.map((node) => node.start())).catch(async (error: unknown) => {
    await Promise.all(made.map((node) => node.kill()));
    await Promise.all(places.map((place) => rm(place.folder, { recursive: true, force: true })));
    throw error;
  });
  return made;
}

/**
 * Launches Kafka brokers (KRaft, each a controller too) on free ports. They end with the test run, however that ends.
 * @param folder belongs to the run alone
 * @param nodes one, or three: then topics have three replicas, of which two must be in sync
 * @throws Error that says in one line what to install or to set
 */
export async function launchNodes(folder: string, nodes: 1 | 3): Promise<KafkaNode[]> {
  const distribution = await kafkaDistribution();
  await mkdir(folder, { recursive: true, mode: 0o711 });
  startWatchdog(watchdogScript, folder);
  for (let attempt = 1; ; attempt++) {
    try {
      return await launchOnce(distribution, folder, nodes);
    } catch (error) {
      if (attempt === attempts) throw error;
    }
  }
}

/** Launches a cluster of its own, whose nodes a test may stop, kill, pause and start again; see `launchNodes`. */
export async function launchKafka(o: { nodes: 1 | 3 }): Promise<LaunchedKafka> {
  const folder = `${testRunFolder('kafka')}-${randomBytes(4).toString('hex')}`;
  const nodes = await launchNodes(folder, o.nodes);
  return {
    brokers: nodes.map((node) => node.address),
    nodes,
    async close() {
      await Promise.all(nodes.map((node) => node.kill()));
      await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    },
  };
}

import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { dockerAnswers } from '../docker';
import { javaArguments, renderProperties } from '../kafka/broker-command';
import { startKafkaContainer } from '../kafka/container';
import { kafkaDistribution } from '../kafka/distribution';
import { portProbe } from './probe';
import type { ProcessSpec } from './supervised-process';

const run = promisify(execFile);

/**
 * Prepares the one broker of the cluster on this machine's Java. Its data stays between starts, and with it the cluster's
 * id, which the positions of consumers know.
 *
 * @param folder for its data.
 * @param givePort gives free ports.
 * @returns host:port for clients, and the process to run.
 * @throws Error that says in one line what to install or to set.
 */
export async function prepareKafka(
  folder: string,
  givePort: () => Promise<number>,
): Promise<{ brokers: string; process: ProcessSpec }> {
  const distribution = await kafkaDistribution();
  mkdirSync(folder, { recursive: true });
  const clusterId = keptClusterId(folder);
  const ports = { client: await givePort(), controller: await givePort() };
  const voters = `1@127.0.0.1:${ports.controller}`;
  const properties = join(folder, 'server.properties');
  writeFileSync(properties, renderProperties({ id: 1, folder, ports, clusterId, voters, nodes: 1 }));
  if (!existsSync(join(folder, 'data', 'meta.properties'))) {
    const format = ['format', '--ignore-formatted', `--cluster-id=${clusterId}`, '-c', properties];
    await run('java', javaArguments(distribution, 'kafka.tools.StorageTool', format), { cwd: folder });
  }
  const listens = portProbe(ports.client);
  return {
    brokers: `127.0.0.1:${ports.client}`,
    process: {
      name: 'kafka',
      command: 'java',
      args: javaArguments(distribution, 'kafka.Kafka', [properties], true),
      env: process.env,
      cwd: folder,
      ready: listens,
      alive: listens,
    },
  };
}

function keptClusterId(folder: string): string {
  const file = join(folder, 'cluster-id');
  if (!existsSync(file)) writeFileSync(file, randomBytes(16).toString('base64url'));
  return readFileSync(file, 'utf8');
}

/**
 * Starts the broker in Docker where this machine has no Java, with its data in a volume of this folder's own.
 *
 * @param folder that the data belongs to.
 * @returns host:port for clients; undefined where there is no Docker either.
 */
export async function startKafkaInDocker(folder: string): Promise<string | undefined> {
  if (!(await dockerAnswers())) return undefined;
  const id = createHash('sha256').update(folder).digest('hex').slice(0, 16);
  return startKafkaContainer(`omnigate-kafka-${id}`);
}

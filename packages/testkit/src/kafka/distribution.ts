import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { KafkaDistribution } from './broker-command';
import { classArchive } from './class-archive';

const run = promisify(execFile);

/** The broker that tests run against. */
export const kafkaVersion = '4.4.0';

const project = `<?xml version="1.0" encoding="UTF-8"?>
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>omnigate</groupId><artifactId>kafka</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies>
    <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>${kafkaVersion}</version></dependency>
    <dependency><groupId>org.slf4j</groupId><artifactId>slf4j-simple</artifactId><version>1.7.36</version></dependency>
  </dependencies>
</project>
`;

const downloadMs = 300_000;

function cacheFolder(): string {
  const base = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  return join(base, 'omnigate', `kafka-${kafkaVersion}`);
}

/** What Java says that it is; undefined where it, or Maven, which brings the broker, is not there. */
async function javaVersion(): Promise<string | undefined> {
  const tools = ['java', 'mvn'].map((command) => run(command, ['-version']));
  return Promise.all(tools).then(
    ([java]) => java?.stderr,
    () => undefined,
  );
}

// Into a folder beside it and renamed, so that what is there is whole, whoever else fetches at the same time.
async function download(folder: string): Promise<void> {
  await mkdir(dirname(folder), { recursive: true });
  const fetched = await mkdtemp(`${folder}-`);
  try {
    await writeFile(join(fetched, 'pom.xml'), project);
    const goal = ['-q', '-B', 'dependency:copy-dependencies', `-DoutputDirectory=${join(fetched, 'lib')}`];
    await run('mvn', goal, { cwd: fetched, timeout: downloadMs });
    await rename(fetched, folder).catch((error: unknown) => {
      if (!existsSync(join(folder, 'lib'))) throw error;
    });
  } finally {
    await rm(fetched, { recursive: true, force: true });
  }
}

/**
 * Finds the broker's jars, fetches them by Maven when they are needed for the first time, and has Java keep their classes.
 * @throws Error that says in one line what to install or to set
 */
export async function kafkaDistribution(): Promise<KafkaDistribution> {
  const folder = cacheFolder();
  const java = await javaVersion();
  if (java === undefined) {
    throw new Error(
      'Kafka needs Java 17 and Maven, or Docker: install them, or set KAFKA_BROKERS to a broker for tests',
    );
  }
  if (!existsSync(join(folder, 'lib'))) await download(folder);
  const classPath = join(folder, 'lib', '*');
  const version = createHash('sha256').update(java).digest('hex').slice(0, 16);
  return { classPath, classArchive: await classArchive(classPath, join(folder, `classes-${version}.jsa`)) };
}

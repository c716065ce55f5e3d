import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

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

/** Whether the commands that bring and run the broker are there. */
async function hasTools(): Promise<boolean> {
  const answers = ['java', 'mvn'].map((command) => run(command, ['-version']).then(Boolean, () => false));
  return (await Promise.all(answers)).every(Boolean);
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
 * Finds the broker's jars, and fetches them by Maven when they are needed for the first time.
 * @returns Java's class path
 * @throws Error that says in one line what to install or to set
 */
export async function kafkaClassPath(): Promise<string> {
  const folder = cacheFolder();
  if (!(await hasTools())) {
    throw new Error(
      'Kafka needs Java 17 and Maven, or Docker: install them, or set KAFKA_BROKERS to a broker for tests',
    );
  }
  if (!existsSync(join(folder, 'lib'))) await download(folder);
  return join(folder, 'lib', '*');
}

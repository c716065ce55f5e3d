import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, open, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '../free-ports';
import { createKafkaNode } from './node';

/** Who makes an archive and takes longer has died. */
const makingMs = 120_000;

/**
 * Java's archive of the classes that a broker loads, with which it starts in half of the time and CPU; made when it is
 * not there, by a broker that is started and stopped once
 * (https://docs.oracle.com/en/java/javase/17/vm/class-data-sharing.html).
 *
 * @param classPath of Kafka's jars.
 * @param file where it is, or will be; of one version of Java.
 * @returns the file; undefined while somebody else makes it, and where this Java makes none: that costs time alone.
 */
export async function classArchive(classPath: string, file: string): Promise<string | undefined> {
  if (existsSync(file)) return (await stat(file)).size > 0 ? file : undefined;
  const mark = `${file}.making`;
  if (!(await claim(mark))) return undefined;
  try {
    const made = `${file}-${randomBytes(4).toString('hex')}`;
    // An empty one says that there can be none, so that it is not tried with each broker.
    const done = await runOnce(classPath, made).then(
      () => existsSync(made),
      () => false,
    );
    if (!done) await rm(made, { force: true }).then(() => writeFile(made, ''));
    await rename(made, file);
    return (await stat(file)).size > 0 ? file : undefined;
  } finally {
    await rm(mark, { force: true });
  }
}

async function claim(mark: string): Promise<boolean> {
  const since = await stat(mark).then(
    ({ mtimeMs }) => Date.now() - mtimeMs,
    () => undefined,
  );
  if (since !== undefined && since < makingMs) return false;
  if (since !== undefined) await rm(mark, { force: true });
  const opened = await open(mark, 'wx').catch(() => undefined);
  await opened?.close();
  return opened !== undefined;
}

/** Runs a broker whose Java writes the archive when it ends. */
async function runOnce(classPath: string, archiveAtExit: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'omnigate-kafka-classes-'));
  try {
    const [client = 0, controller = 0] = await freePorts(2);
    const node = await createKafkaNode({
      ...{ folder, id: 1, nodes: 1, ports: { client, controller }, voters: `1@127.0.0.1:${controller}` },
      clusterId: randomBytes(16).toString('base64url'),
      distribution: { classPath, archiveAtExit },
    });
    try {
      await node.start();
    } finally {
      await node.stop();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

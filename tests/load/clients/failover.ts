import { setTimeout as sleep } from 'node:timers/promises';
import { Admin } from '@platformatic/kafka';
import { uniqueName } from './rates';
import { type ClientStage, openStage } from './stage';
import type { LoadResult } from './steady-load';
import { type ClientName, clientNames } from './subjects';

/** What a client's load saw when brokers were killed. */
export interface FailoverRun extends LoadResult {
  /** The longest pause in acknowledgements after each kill, milliseconds. */
  pausesMs: number[];
  /** The longest without any kill, before the first. */
  calmPauseMs: number;
}

const calmMs = 3_000;
const watchedMs = 8_000;
const healMs = 60_000;

/**
 * Kills brokers, one after the other, under a steady load of all clients at once: each client sees the same kills.
 *
 * @param kills how many.
 * @param say told what happens.
 * @returns what each client saw.
 */
export async function measureFailover(
  kills: number,
  say: (line: string) => void,
): Promise<Record<ClientName, FailoverRun>> {
  const stage = await openStage(3);
  try {
    return await killUnderLoad(stage, kills, say);
  } finally {
    await stage.close();
  }
}

async function killUnderLoad(
  stage: ClientStage,
  kills: number,
  say: (line: string) => void,
): Promise<Record<ClientName, FailoverRun>> {
  const topics = new Map(clientNames.map((name) => [name, uniqueName(name)]));
  for (const [client, topic] of topics) {
    await stage.makeTopic(topic);
    await stage.ask(client, { kind: 'load', topic });
  }
  await sleep(calmMs);
  const calm = await pauses(stage);
  const afterKills: Record<ClientName, number>[] = [];
  for (const node of stage.kafka.nodes.slice(0, kills)) {
    await pauses(stage);
    await node.kill();
    await sleep(watchedMs);
    const seen = await pauses(stage);
    say(
      `  killed ${node.address}: ${clientNames.map((name) => `${name} ${Math.round(seen[name])} ms`).join(', ')}`,
    );
    afterKills.push(seen);
    await node.start();
    await untilInSync(stage, [...topics.values()]);
  }
  return byClient(async (client) => ({
    ...(await stage.ask<LoadResult>(client, { kind: 'end' })),
    calmPauseMs: calm[client],
    pausesMs: afterKills.map((seen) => seen[client]),
  }));
}

const pauses = (stage: ClientStage): Promise<Record<ClientName, number>> =>
  byClient((client) => stage.ask(client, { kind: 'pause' }));

async function byClient<T>(work: (client: ClientName) => Promise<T>): Promise<Record<ClientName, T>> {
  const results = await Promise.all(clientNames.map(async (name) => [name, await work(name)] as const));
  return Object.fromEntries(results) as Record<ClientName, T>;
}

// The next kill must find all replicas in sync: it is one broker that dies, not two.
async function untilInSync({ kafka }: ClientStage, topics: string[]): Promise<void> {
  const admin = new Admin({ clientId: 'bench', bootstrapBrokers: kafka.brokers });
  try {
    for (const end = performance.now() + healMs; performance.now() < end; await sleep(200)) {
      const metadata = await admin.metadata({ topics, forceUpdate: true });
      const all = [...metadata.topics.values()].flatMap(({ partitions }) => partitions);
      if (all.every(({ isr }) => isr.length === kafka.nodes.length)) return;
    }
    throw new Error('the replicas did not come to be in sync');
  } finally {
    await admin.close();
  }
}

import type { ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DirectoryServiceService, type Resource } from '@omnigate/contracts';
import { type LaunchedOmnigate, launchOmnigate, type OmnigateForm } from '@omnigate/testkit';
import { parseAllDocuments } from 'yaml';
import { eventually } from '../journeys/eventually';
import { resource } from '../journeys/sms-shop';
import { backendNames } from './backends';
import { answerOf, startChild } from './children';
import { type CpuSample, sampleCpu, spent } from './cpu';
import type { GeneratorJob } from './generator';
import type { Answer } from './load';
import type { GeneratorResult } from './open-loop';
import { questions } from './questions';

/** Omnigate with a provider and a generator, each a process of its own. */
export interface Stage {
  form: OmnigateForm;
  omnigate: LaunchedOmnigate;
  simulator: ChildProcess;
  /** Applies a channel of the first tenant. */
  openChannel(name: string, spec: Record<string, unknown>): Promise<{ id: string; url: string }>;
  /** Applies channels of SMS; with tenants, each in a tenant of its own with the demo knowledge. */
  openChannels(
    name: string,
    options: { tenants?: number; firstResponder: 'bot' | 'people' },
  ): Promise<Channel[]>;
  run(job: Omit<GeneratorJob, 'origin' | 'texts'>): Promise<GeneratorResult>;
  /** What the provider was sent since the last call. */
  sends(): Promise<Answer[]>;
  cpu(): Promise<CpuSample>;
  close(): Promise<void>;
}

/** A channel as the generator needs it. */
export interface Channel {
  id: string;
  url: string;
  authToken: string;
}

function demoKnowledge(): Resource[] {
  const folder = join(__dirname, '..', '..', '..', 'services', 'bot', 'demo');
  const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
  return files
    .flatMap((name) => parseAllDocuments(readFileSync(join(folder, name), 'utf8')))
    .map(
      (document) =>
        document.toJS() as { kind: string; metadata: { name: string }; spec: Record<string, unknown> } | null,
    )
    .filter((document) => document !== null)
    .map(({ kind, metadata, spec }) => resource(kind, metadata.name, spec));
}

/**
 * Starts everything.
 *
 * @param form which of the two ways Omnigate runs.
 * @param callbacks status callbacks that the provider sends of each message, with commas.
 * @returns the stage; close it.
 */
export async function openStage(form: OmnigateForm, callbacks: string): Promise<Stage> {
  const omnigate = await launchOmnigate({
    form,
    // More processes than cores would only take turns.
    env: { OMNIGATE_LOG_LEVEL: 'warn', OMNIGATE_REPLICAS: '1' },
  });
  const simulator = startChild('simulator', [callbacks]);
  const providerUrl = await answerOf<string>(simulator);
  return {
    form,
    omnigate,
    simulator,
    openChannel: (name, spec) => applyLast(omnigate, [resource('Channel', name, spec)]),
    openChannels: (name, options) => openChannels(omnigate, providerUrl, name, options),
    async run(job) {
      const generator = startChild('generator');
      const result = await answerOf<GeneratorResult>(generator, {
        ...job,
        origin: omnigate.httpUrl,
        texts: questions,
      });
      generator.disconnect();
      return result;
    },
    sends: () => answerOf(simulator, 'sends'),
    cpu: async () => {
      return sampleCpu(omnigate.pid(), await backendNames(omnigate.dataFolder));
    },
    async close() {
      simulator.disconnect();
      await omnigate.close();
    },
  };
}

/** Applies resources, the last of them a channel. */
async function applyLast(
  omnigate: LaunchedOmnigate,
  resources: Resource[],
  tenant?: string,
): Promise<{ id: string; url: string }> {
  // After a restart a client of the same process waits a little before it connects again.
  await eventually(() => omnigate.client(DirectoryServiceService).listResources({ kind: 'Tenant' }));
  const directory = omnigate.client(DirectoryServiceService, tenant ? { tenant } : {});
  const applied = await directory.applyResources({ resources }, { deadlineMs: 60_000 });
  const status = applied.resources.at(-1)?.resource?.status as { id: string; webhook_url: string };
  directory.close();
  return { id: status.id, url: status.webhook_url };
}

async function openChannels(
  omnigate: LaunchedOmnigate,
  providerUrl: string,
  name: string,
  options: { tenants?: number; firstResponder: 'bot' | 'people' },
): Promise<Channel[]> {
  const authToken = 'bench-token';
  const channel = resource('Channel', name, {
    type: 'sms-twilio',
    first_responder: options.firstResponder,
    max_per_second: 10_000,
    config: { account_sid: 'AC1', auth_token: authToken, from: '+14155550100', api_base_url: providerUrl },
  });
  const apply = async (resources: Resource[], tenant?: string): Promise<Channel> => ({
    ...(await applyLast(omnigate, resources, tenant)),
    authToken,
  });
  if (!options.tenants) return [await apply([channel])];
  const operator = omnigate.client(DirectoryServiceService);
  const names = Array.from({ length: options.tenants }, (_, index) => `${name}-${index}`);
  await operator.applyResources(
    { resources: names.map((tenant) => resource('Tenant', tenant)) },
    { deadlineMs: 60_000 },
  );
  const channels: Channel[] = [];
  for (const tenant of names) channels.push(await apply([...demoKnowledge(), channel], tenant));
  return channels;
}

/**
 * CPU spent while work is done.
 *
 * @param stage the stage.
 * @param work what to measure.
 * @returns the work's result, CPU milliseconds by name, and seconds passed.
 */
export async function measured<T>(
  stage: Stage,
  work: () => Promise<T>,
): Promise<{ result: T; cpu: CpuSample; seconds: number }> {
  const before = await stage.cpu();
  const since = performance.now();
  const result = await work();
  const seconds = (performance.now() - since) / 1000;
  return { result, cpu: spent(before, await stage.cpu()), seconds };
}

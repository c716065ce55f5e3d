import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DirectoryServiceService } from '@omnigate/contracts';
import type { OmnigateForm } from '@omnigate/testkit';
import { answerOf, startChild } from './children';
import { runCommand, showReport } from './command';
import { secondsUntilCounted } from './counted';
import { residentOfOmnigate, totalMs } from './cpu';
import { profiledStages } from './cpu-profile';
import { type EndToEndRun, type Fared, perMessage, runEndToEnd } from './end-to-end';
import type { Mix } from './load';
import { settingNow } from './machine';
import { runMail } from './mail';
import { openMix } from './mix';
import { type BenchOptions, readOptions, type Shares } from './options';
import type { PushCost } from './push-reader';
import { runBurst, runReceive } from './receive';
import { toMarkdown } from './report';
import { onlySms } from './sms-load';
import { measured, openStage, type Stage } from './stage';
import { historyPrefix, writeHistory } from './stored-history';

/** Everything that was measured of a form, by name. */
export type BenchResults = Record<string, unknown>;

const idleSeconds = 30;
const receiveRate = 3_000;
const mailRate = 50;
const mailBytes = 20 * 1_024;
/** Ten processes that are all cold have a machine's CPU to themselves for a minute, and each sees only a part of the work. */
const warmUps = {
  standalone: { ratePerSecond: 300, seconds: 60 },
  cluster: { ratePerSecond: 200, seconds: 150 },
};

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

const faredLine = ({ answered, sent, failed, endToEnd }: Fared): string =>
  `answered ${answered}/${sent}${failed > 0 ? ` (${failed} refused)` : ''}, p50/p95/p99 ${endToEnd.p50}/${endToEnd.p95}/${endToEnd.p99} ms`;

const summary = (run: EndToEndRun): string =>
  `${run.ratePerSecond}/s for ${run.seconds} s: ${faredLine(run)}, ${run.cpuMsPerMessage} CPU ms a message${run.held ? '' : ' (not held)'}`;

function sayRun(run: EndToEndRun): void {
  say(`  ${summary(run)}`);
  const kinds = Object.entries(run.kinds);
  if (kinds.length > 1) for (const [kind, fared] of kinds) say(`    ${kind}: ${faredLine(fared)}`);
}

/** Tries each rate shortly, then holds the highest that passed for the full time, going down where it is not held. */
async function highestHeld(
  stage: Stage,
  mix: Mix,
  options: BenchOptions,
  customers: (run: number) => { prefix?: string } = () => ({}),
): Promise<{ warmUp: EndToEndRun; tries: EndToEndRun[]; held: EndToEndRun | undefined }> {
  const tries: EndToEndRun[] = [];
  let runs = 0;
  const run = (ratePerSecond: number, seconds: number) =>
    runEndToEnd(stage, mix, { ratePerSecond, seconds, ...customers(runs++) });
  // A tenant's first question reads its knowledge, and V8 compiles what it sees often: measured is a gateway at work.
  const { ratePerSecond, seconds } = warmUps[stage.form];
  const warmedUp = await run(ratePerSecond, seconds);
  for (const ratePerSecond of options.rates) {
    const tried = await run(ratePerSecond, options.rampSeconds);
    sayRun(tried);
    tries.push(tried);
    if (!tried.held) break;
  }
  const passed = tries.filter((run) => run.held).map((run) => run.ratePerSecond);
  for (const ratePerSecond of passed.reverse()) {
    const held = await run(ratePerSecond, options.holdSeconds);
    sayRun(held);
    tries.push(held);
    if (held.held) return { warmUp: warmedUp, tries, held };
  }
  return { warmUp: warmedUp, tries, held: undefined };
}

/** The same, and how long analytics takes to count it. */
async function heldAndCounted(stage: Stage, mix: Mix, options: BenchOptions) {
  const found = await highestHeld(stage, mix, options);
  const countedAfterSeconds = await secondsUntilCounted(stage, mix, [found.warmUp, ...found.tries]);
  say(`  counted by analytics ${countedAfterSeconds} s after the end`);
  return { ...found, countedAfterSeconds };
}

/** Where the CPU goes, by a run with Node's profiler. */
async function profiled(stage: Stage, mix: Mix, options: BenchOptions) {
  const folder = mkdtempSync(join(tmpdir(), 'omnigate-profile-'));
  const ratePerSecond = options.rates[0] ?? 400;
  try {
    await stage.omnigate.stop();
    await stage.omnigate.start({ NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${folder}` });
    await runEndToEnd(stage, mix, warmUps[stage.form]);
    const since = performance.now();
    const { sent } = await runEndToEnd(stage, mix, { ratePerSecond, seconds: options.rampSeconds });
    const lastMs = performance.now() - since;
    await stage.omnigate.stop();
    return { ratePerSecond, cpu: perMessage(profiledStages(folder, lastMs), sent) };
  } finally {
    await stage.omnigate.start({ NODE_OPTIONS: '' });
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Does something with the mixed load. */
async function withMix<T>(
  stage: Stage,
  name: string,
  shares: Shares,
  work: (mix: Mix) => Promise<T>,
): Promise<T> {
  const mix = await openMix(stage, name, shares);
  try {
    return await work(mix);
  } finally {
    for (const { load } of mix) load.close();
  }
}

type Scenario = (stage: Stage, options: BenchOptions, results: BenchResults) => Promise<void>;

const scenarios: Record<string, Scenario> = {
  async idle(stage, _options, results) {
    await new Promise((resolve) => setTimeout(resolve, 5_000));
    const { cpu, seconds } = await measured(
      stage,
      () => new Promise((resolve) => setTimeout(resolve, idleSeconds * 1000)),
    );
    results.idle = { cpuPercent: Math.round((totalMs(cpu) / seconds / 10) * 100) / 100, cpu };
  },
  async receive(stage, _options, results) {
    const channels = await stage.openChannels('bench-people', { firstResponder: 'people' });
    await runReceive(stage, channels, { ratePerSecond: 500, seconds: 5, prefix: '10' });
    results.receive = await runReceive(stage, channels, {
      ratePerSecond: receiveRate,
      seconds: 10,
      prefix: '11',
    });
  },
  async push(_stage, _options, results) {
    const child = startChild('push-reader');
    results.push = await answerOf<PushCost>(child);
  },
  async email(stage, _options, results) {
    await runMail(stage, { name: 'bench-warm', ratePerSecond: 20, seconds: 5, bytes: mailBytes });
    results.email = await runMail(stage, {
      name: 'bench-mail',
      ratePerSecond: mailRate,
      seconds: 60,
      bytes: mailBytes,
    });
  },
  async burst(stage, _options, results) {
    const channels = await stage.openChannels('bench-burst', { firstResponder: 'people' });
    await runBurst(stage, channels, { messages: 5_000, prefix: '12' });
    results.burst = await runBurst(stage, channels, { messages: 15_000, prefix: '13' });
  },
  async single(stage, options, results) {
    const name = 'bench-single';
    const channels = await stage.openChannels(name, { firstResponder: 'bot' });
    results.single = await heldAndCounted(stage, onlySms(stage, name, channels), options);
  },
  async mixed(stage, options, results) {
    const found = await withMix(stage, 'bench-mixed', options.mix, (mix) =>
      heldAndCounted(stage, mix, options),
    );
    results.mixed = { mix: options.mix, ...found };
  },
  async tenants(stage, options, results) {
    const name = 'bench';
    const channels = await stage.openChannels(name, { tenants: 200, firstResponder: 'bot' });
    results.tenants = await highestHeld(stage, onlySms(stage, name, channels), options);
  },
  async stages(stage, options, results) {
    const name = 'bench-stages';
    const channels = await stage.openChannels(name, { firstResponder: 'bot' });
    results.stages = await profiled(stage, onlySms(stage, name, channels), options);
  },
  async 'mixed-stages'(stage, options, results) {
    results['mixed-stages'] = await withMix(stage, 'bench-mixed-stages', options.mix, (mix) =>
      profiled(stage, mix, options),
    );
  },
  /** The same as single with a full store, by customers who have a history. */
  async store(stage, options, results) {
    const name = 'bench-store';
    const channels = await stage.openChannels(name, { firstResponder: 'bot' });
    const { omnigate } = stage;
    const { resources } = await omnigate
      .client(DirectoryServiceService)
      .listResources({ kind: 'Tenant', name: 'default' });
    const tenantId = resources[0]?.metadata?.id ?? '';
    await omnigate.stop();
    const { dataFolder } = omnigate;
    const channelId = channels[0]?.id ?? '';
    await writeHistory({ dataFolder, tenantId, channelId, messages: options.storedMessages }, say);
    await omnigate.start();
    results.store = {
      messages: options.storedMessages,
      ...(await highestHeld(stage, onlySms(stage, name, channels), options, (run) => ({
        prefix: historyPrefix(run),
      }))),
    };
  },
};

const endToEnd = ['single', 'mixed', 'tenants', 'store'];
/** They look into the one process and its data folder, or are the same in both. */
const standaloneAlone = ['push', 'stages', 'mixed-stages', 'store'];

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  if (!options) return;
  const measurements: Partial<Record<OmnigateForm, BenchResults>> = {};
  const results = { ...settingNow(), forms: measurements };
  try {
    for (const form of options.forms) {
      measurements[form] = {};
      await measure(form, options, measurements[form]);
    }
  } finally {
    // Also when a part has failed: minutes of measuring are not thrown away.
    showReport('bench', results, { markdown: toMarkdown(results), folder: options.out });
  }
}

async function measure(form: OmnigateForm, options: BenchOptions, results: BenchResults): Promise<void> {
  say(`── ${form} ──`);
  const memoryMb: Record<string, ReturnType<typeof residentOfOmnigate>> = {};
  results.memoryMb = memoryMb;
  const stage = await openStage(form, options.callbacks);
  try {
    for (const [name, scenario] of Object.entries(scenarios)) {
      if (!options.only.includes(name)) continue;
      if (form !== 'standalone' && standaloneAlone.includes(name)) continue;
      say(`${name} …`);
      await scenario(stage, options, results);
      memoryMb[name] = residentOfOmnigate(stage.omnigate.pid());
      if (!endToEnd.includes(name)) say(`  ${JSON.stringify(results[name])}`);
    }
  } finally {
    await stage.close();
  }
}

runCommand(main);

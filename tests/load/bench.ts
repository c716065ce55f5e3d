import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DirectoryServiceService } from '@omnigate/contracts';
import type { OmnigateForm } from '@omnigate/testkit';
import { runCommand, showReport } from './command';
import { secondsUntilCounted } from './counted';
import { residentOfOmnigate, totalMs } from './cpu';
import { profiledStages } from './cpu-profile';
import { type EndToEndRun, perMessage, runEndToEnd } from './end-to-end';
import { settingNow } from './machine';
import { runMail } from './mail';
import { type BenchOptions, readOptions } from './options';
import { runBurst, runReceive } from './receive';
import { toMarkdown } from './report';
import { type Channel, measured, openStage, type Stage } from './stage';
import { historyPrefix, writeHistory } from './stored-history';

/** Everything that was measured of a form, by name. */
export type BenchResults = Record<string, unknown>;

const idleSeconds = 30;
const receiveRate = 3_000;
const mailRate = 50;
const mailBytes = 20 * 1_024;
const warmUp = { ratePerSecond: 300, seconds: 10 };

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

const summary = (run: EndToEndRun): string =>
  `${run.ratePerSecond}/s for ${run.seconds} s: answered ${run.answered}/${run.sent}, p50/p95/p99 ${run.endToEnd.p50}/${run.endToEnd.p95}/${run.endToEnd.p99} ms, ${run.cpuMsPerMessage} CPU ms a message${run.held ? '' : ' (not held)'}`;

/** Tries each rate shortly, then holds the highest that passed for the full time, going down where it is not held. */
async function highestHeld(
  stage: Stage,
  channels: Channel[],
  options: BenchOptions,
  customers: (run: number) => { prefix?: string } = () => ({}),
): Promise<{ warmUp: EndToEndRun; tries: EndToEndRun[]; held: EndToEndRun | undefined }> {
  const tries: EndToEndRun[] = [];
  let runs = 0;
  const run = (ratePerSecond: number, seconds: number) =>
    runEndToEnd(stage, channels, { ratePerSecond, seconds, ...customers(runs++) });
  // A tenant's first question reads its knowledge, and V8 compiles what it sees often: measured is a gateway at work.
  const warmedUp = await run(warmUp.ratePerSecond, warmUp.seconds);
  for (const ratePerSecond of options.rates) {
    const tried = await run(ratePerSecond, options.rampSeconds);
    say(`  ${summary(tried)}`);
    tries.push(tried);
    if (!tried.held) break;
  }
  const passed = tries.filter((run) => run.held).map((run) => run.ratePerSecond);
  for (const ratePerSecond of passed.reverse()) {
    const held = await run(ratePerSecond, options.holdSeconds);
    say(`  ${summary(held)}`);
    tries.push(held);
    if (held.held) return { warmUp: warmedUp, tries, held };
  }
  return { warmUp: warmedUp, tries, held: undefined };
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
    const single = await highestHeld(stage, channels, options);
    const countedAfterSeconds = await secondsUntilCounted(stage, name, [single.warmUp, ...single.tries]);
    say(`  counted by analytics ${countedAfterSeconds} s after the end`);
    results.single = { ...single, countedAfterSeconds };
  },
  async tenants(stage, options, results) {
    results.tenants = await highestHeld(
      stage,
      await stage.openChannels('bench', { tenants: 200, firstResponder: 'bot' }),
      options,
    );
  },
  /** Where the CPU goes, by a run with Node's profiler. */
  async stages(stage, options, results) {
    const channels = await stage.openChannels('bench-stages', { firstResponder: 'bot' });
    const folder = mkdtempSync(join(tmpdir(), 'omnigate-profile-'));
    const ratePerSecond = options.rates[0] ?? 400;
    const seconds = options.rampSeconds;
    try {
      await stage.omnigate.stop();
      await stage.omnigate.start({ NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${folder}` });
      await runEndToEnd(stage, channels, warmUp);
      const since = performance.now();
      const { sent } = await runEndToEnd(stage, channels, { ratePerSecond, seconds });
      const lastMs = performance.now() - since;
      await stage.omnigate.stop();
      results.stages = { ratePerSecond, cpu: perMessage(profiledStages(folder, lastMs), sent) };
    } finally {
      await stage.omnigate.start({ NODE_OPTIONS: '' });
      rmSync(folder, { recursive: true, force: true });
    }
  },
  /** The same as single with a full store, by customers who have a history. */
  async store(stage, options, results) {
    const channels = await stage.openChannels('bench-store', { firstResponder: 'bot' });
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
      ...(await highestHeld(stage, channels, options, (run) => ({ prefix: historyPrefix(run) }))),
    };
  },
};

const endToEnd = ['single', 'tenants', 'store'];
/** They look into the one process and its data folder. */
const standaloneAlone = ['stages', 'store'];

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

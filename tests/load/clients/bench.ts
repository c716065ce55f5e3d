import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand, showReport } from '../command';
import { settingNow } from '../machine';
import { runContract } from './contract-run';
import { measureFailover } from './failover';
import { type ClientBenchOptions, readOptions } from './options';
import { type ClientReport, toMarkdown } from './report';
import { measureRates } from './rounds';
import { openStage } from './stage';

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

const root = join(__dirname, '..', '..', '..', '..');

/** The packages' names with the versions that are pinned. */
function versionOf(folder: string, dependency: string): string {
  const manifest = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as Record<
    'dependencies' | 'devDependencies',
    Record<string, string> | undefined
  >;
  return `${dependency} ${manifest.dependencies?.[dependency] ?? manifest.devDependencies?.[dependency]}`;
}

function emptyReport(options: ClientBenchOptions): ClientReport {
  return {
    ...settingNow(),
    versions: {
      kafkajs: versionOf('packages/bus', 'kafkajs'),
      platformatic: versionOf('tests', '@platformatic/kafka'),
    },
    options,
  };
}

/** One broker for all that is not about losing brokers. */
async function measureOnOne(options: ClientBenchOptions, report: ClientReport): Promise<void> {
  const stage = await openStage(1);
  try {
    if (options.only.includes('rates')) {
      say('rates …');
      report.rates = await measureRates(stage, options, say);
    }
    if (options.only.includes('contract')) {
      say('contract …');
      report.contract = await runContract(stage.kafka.brokers);
    }
  } finally {
    await stage.close();
  }
}

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  if (!options) return;
  const report = emptyReport(options);
  try {
    if (options.only.some((part) => part !== 'failover')) await measureOnOne(options, report);
    if (options.only.includes('failover')) {
      say('failover …');
      report.failover = await measureFailover(options.kills, say);
    }
  } finally {
    // Also when a part has failed: minutes of measuring are not thrown away.
    showReport('clients', report, { markdown: toMarkdown(report), folder: options.out });
  }
}

runCommand(main);

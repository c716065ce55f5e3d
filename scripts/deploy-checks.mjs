// Checks of what is in deploy/ that need no Docker engine.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inScratchFolder } from './cache.mjs';
import { ensureCommand } from './debian.mjs';
import { findCompose, findHadolint } from './deploy-tools.mjs';
import { packageFolders } from './prepared.mjs';
import { root, run } from './toolchain.mjs';

const deploy = join(root, 'deploy');
const read = (...path) => readFileSync(join(deploy, ...path), 'utf8');

async function dockerfile() {
  const hadolint = await findHadolint();
  return hadolint ? run(hadolint, [join(deploy, 'Dockerfile')]) : 1;
}

/** The variables that deploy/env.example asks for; compose refuses when one that it needs is not among them. */
function exampleSecrets() {
  const names = [...read('env.example').matchAll(/^([A-Z_]+)=$/gm)].map(([, name]) => name);
  return Object.fromEntries(names.map((name) => [name, 'a-value-of-its-own']));
}

async function composeFile() {
  const compose = await findCompose();
  if (!compose) return 1;
  const [command, ...args] = [...compose, '-f', join(root, 'docker-compose.yml'), 'config', '--quiet'];
  return run(command, args, { env: { ...process.env, ...exampleSecrets() } });
}

/** Names of the other containers mean nothing here, so nginx would refuse the file. */
async function frontDoor() {
  const nginx = await ensureCommand('nginx', 'nginx');
  if (!nginx) return 1;
  return inScratchFolder('nginx', (folder) => {
    const config = read('nginx', 'nginx.conf').replaceAll(/server [a-z-]+:/g, 'server 127.0.0.1:');
    writeFileSync(join(folder, 'nginx.conf'), config);
    return run(nginx, ['-t', '-q', '-p', folder, '-c', 'nginx.conf', '-e', 'stderr']);
  });
}

async function prometheus() {
  const promtool = await ensureCommand('promtool', 'prometheus');
  if (!promtool) return 1;
  const cwd = join(deploy, 'prometheus');
  const config = await run(promtool, ['check', 'config', 'prometheus.yml'], { cwd });
  return config || run(promtool, ['test', 'rules', 'alerts.test.yml'], { cwd });
}

function dashboardExpressions() {
  return readdirSync(join(deploy, 'grafana', 'dashboards')).flatMap((name) =>
    JSON.parse(read('grafana', 'dashboards', name)).panels.flatMap(({ title, targets }) =>
      targets.map(({ expr }) => ({ title, expr: expr.replaceAll('$__rate_interval', '5m') })),
    ),
  );
}

/** Grafana parses no expression before somebody looks at it; as rules they are parsed here. */
async function dashboards() {
  const promtool = await ensureCommand('promtool', 'prometheus');
  if (!promtool) return 1;
  const rules = dashboardExpressions().map(({ expr }, index) => ({ record: `panel:${index}`, expr }));
  return inScratchFolder('dashboards', (folder) => {
    const file = join(folder, 'panels.json');
    writeFileSync(file, JSON.stringify({ groups: [{ name: 'panels', rules }] }));
    return run(promtool, ['check', 'rules', file]);
  });
}

/** The texts of what a package or service is made of, its tests aside. */
function* sources(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* sources(path);
    else if (/(?<!\.test)\.ts$/.test(entry.name)) yield readFileSync(path, 'utf8');
  }
}

/** A panel or an alert on a metric that nobody writes stays empty for ever, and nobody is told. */
function metricsExist() {
  const folders = packageFolders().map((folder) => join(root, folder, 'src'));
  const text = folders.flatMap((folder) => (existsSync(folder) ? [...sources(folder)] : [])).join('\n');
  const used = [...dashboardExpressions().map(({ expr }) => expr), read('prometheus', 'alerts.yml')].join(
    '\n',
  );
  const names = new Set(used.match(/\b(?:omnigate|process|nodejs)_\w+/g));
  const missing = [...names].filter((name) => !text.includes(`'${name.replace(/_bucket$/, '')}'`));
  for (const name of missing) console.error(`no source has the metric ${name}`);
  return missing.length === 0 && names.size > 0 ? 0 : 1;
}

/** Each resolves to an exit code; 0 is passed. */
export const deployChecks = [
  { name: 'deploy: Dockerfile', check: dockerfile },
  { name: 'deploy: docker compose config', check: composeFile },
  { name: 'deploy: front door of docker-compose.yml', check: frontDoor },
  { name: 'deploy: Prometheus and its alerts', check: prometheus },
  { name: 'deploy: expressions of the dashboards', check: dashboards },
  { name: 'deploy: metrics of dashboards and alerts exist', check: metricsExist },
];

import { toAppError } from '@omnigate/errors';
import { createLogger, type Health, loadConfig, runParts, startTracing } from '@omnigate/runtime';
import { listenHttp } from './ports';
import type { ProcessConfig } from './process-fields';
import { composeService, type ServiceProcess } from './service-process';

/** What running needs of Node's `process`. */
export type Host = Pick<NodeJS.Process, 'env' | 'on' | 'exit' | 'stdout' | 'stderr'>;

/** For stopping, before a supervisor that waits 30 s cuts it off. */
const stopMs = 28_000;
const readyCheckMs = 100;

/**
 * Runs a service as this process, until a signal ends it: tells on standard output when it is ready and where, or on
 * standard error, in one line, why it can't start.
 *
 * @param host Node's `process`.
 * @param definition the service.
 */
export function runService<C extends ProcessConfig>(host: Host, definition: ServiceProcess<C>): void {
  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) host.on(signal, () => stopping.abort());
  run(host, definition, stopping).then(
    (exitCode) => host.exit(exitCode),
    (error: unknown) => {
      host.stderr.write(failureText(definition.name, error));
      host.exit(1);
    },
  );
}

async function run<C extends ProcessConfig>(
  host: Host,
  definition: ServiceProcess<C>,
  stopping: AbortController,
): Promise<number> {
  const { name } = definition;
  const { signal } = stopping;
  const config = loadConfig(definition.configSchema, host.env);
  const logger = createLogger({ service: name, level: config.OMNIGATE_LOG_LEVEL });
  const tracing = startTracing({
    service: `omnigate-${name}`,
    endpoint: config.OTEL_EXPORTER_OTLP_ENDPOINT,
    ratio: config.OTEL_TRACES_SAMPLER_ARG,
  });
  let exitCode = 0;
  const onStuck = (): void => {
    exitCode = 1;
    stopping.abort();
  };
  const service = composeService(definition, { config, logger, onStuck, signal });
  const httpAddress = await listenHttp(service.http, config);
  const running = await runParts(service.parts, { logger, deadlineMs: stopMs }).catch((error: unknown) => {
    if (signal.aborted) return undefined; // asked to end while it waited
    throw error;
  });
  if (!running) return exitCode;
  if (await becomesReady(service.health, signal)) {
    const grpcAddress = service.grpcAddress();
    const grpc = grpcAddress === undefined ? '' : ` grpc=${grpcAddress}`;
    host.stdout.write(`omnigate-${name} is ready http=${httpAddress}${grpc}\n`);
  }
  await aborted(signal);
  service.health.setStopping();
  await running.stop();
  await tracing.stop();
  return exitCode;
}

/** Waits for all checks; false when the process is to end instead. */
async function becomesReady(health: Health, signal: AbortSignal): Promise<boolean> {
  while (!signal.aborted) {
    if ((await health.readiness()).ready) return true;
    await new Promise((resolve) => setTimeout(resolve, readyCheckMs));
  }
  return false;
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });

function failureText(name: string, error: unknown): string {
  const { code, message } = toAppError(error);
  const line = `omnigate-${name} could not start: ${message} (${code})\n`;
  if (code !== 'INTERNAL') return line;
  return `${line}${error instanceof Error ? error.stack : String(error)}\n`;
}

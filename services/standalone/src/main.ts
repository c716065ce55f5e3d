import { resolve } from 'node:path';
import { toAppError } from '@omnigate/errors';
import { announce, lockDataFolder, progress } from '@omnigate/installation';
import { createLogger, loadConfig, runParts } from '@omnigate/runtime';
import { configSchema } from './config';
import { createOmnigate } from './omnigate';

async function main(): Promise<void> {
  const config = loadConfig(configSchema, process.env);
  const logger = createLogger({ service: 'standalone', level: config.OMNIGATE_LOG_LEVEL });
  const stopping = new Promise<void>((stop) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'disconnect'] as const)
      process.on(signal, () => stop());
  });
  const folder = resolve(config.OMNIGATE_DATA_DIR);
  const unlock = await lockDataFolder(folder, (pid) => progress(`Waiting for process ${pid} to stop`));
  const omnigate = await createOmnigate({ config, logger, onProgress: progress });
  const running = await runParts(omnigate.parts, { logger });
  if (!(await omnigate.ready())) throw new Error('not ready after the start');
  announce(omnigate.addresses(), folder, config.OMNIGATE_DEMO === '1');
  await stopping;
  progress('Stopping');
  await running.stop();
  unlock();
  process.exit(0);
}

main().catch((error: unknown) => {
  const { code, message } = toAppError(error);
  process.stderr.write(`Omnigate could not start: ${message} (${code})\n`);
  if (code === 'INTERNAL') process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(1);
});

import { resolve } from 'node:path';
import { toAppError } from '@omnigate/errors';
import { announce, lockDataFolder, progress } from '@omnigate/installation';
import { createLogger, loadConfig } from '@omnigate/runtime';
import { startCluster } from './cluster';
import { clusterConfigSchema } from './config';

async function main(): Promise<void> {
  const config = loadConfig(clusterConfigSchema, process.env);
  const logger = createLogger({ service: 'cluster', level: config.OMNIGATE_LOG_LEVEL });
  const stopping = new Promise<void>((stop) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'disconnect'] as const)
      process.on(signal, () => stop());
  });
  let ready = false;
  // Nothing was acknowledged yet, and all that was started ends with this process.
  void stopping.then(() => ready || process.exit(0));
  const folder = resolve(config.OMNIGATE_DATA_DIR);
  const unlock = await lockDataFolder(folder, (pid) => progress(`Waiting for process ${pid} to stop`));
  const cluster = await startCluster({
    config,
    folder,
    inherited: process.env,
    logger,
    onProgress: progress,
    onOutput: (stream, chunk) => void process[stream].write(chunk),
  });
  ready = true;
  announce(cluster.addresses, folder, config.OMNIGATE_DEMO === '1');
  await stopping;
  progress('Stopping');
  await cluster.stop();
  unlock();
  process.exit(0);
}

main().catch((error: unknown) => {
  const { code, message } = toAppError(error);
  const said = code === 'INTERNAL' && error instanceof Error ? error.message : `${message} (${code})`;
  process.stderr.write(`Omnigate could not start: ${said}\n`);
  process.exit(1);
});

import { join } from 'node:path';
import { type ResourceLimits, Worker } from 'node:worker_threads';

const sourceThread = join(__dirname, 'source-thread.cjs');

/**
 * Starts a thread from a module that is compiled or, as in tests, TypeScript source.
 *
 * @param file the module.
 * @param resourceLimits what the thread may use.
 * @returns the thread, which may still be starting.
 */
export function startThread(file: string, resourceLimits: ResourceLimits): Worker {
  return file.endsWith('.ts')
    ? new Worker(sourceThread, { argv: [file], resourceLimits })
    : new Worker(file, { resourceLimits });
}

import { join } from 'node:path';
import type { Logger, Part } from '@omnigate/runtime';
import { repositoryRoot } from '../repository-root';
import { httpProbe } from './probe';
import { type EnvironmentOptions, serviceEnvironment } from './service-environment';
import type { WatchedProcess } from './status-server';
import { type ProcessSpec, type SupervisedProcess, superviseProcess } from './supervised-process';
import type { Replica } from './topology';

/** What running all services needs. */
export interface ServicesOptions {
  rows: readonly (readonly Replica[])[];
  environment: EnvironmentOptions;
  logger: Logger;
  onOutput(stream: 'stdout' | 'stderr', chunk: Buffer): void;
}

/** All services, to be run. */
export interface Services {
  part: Part;
  processes: WatchedProcess[];
}

const readyTimeoutMs = 3_000;
const aliveTimeoutMs = 5_000;
/** For all rows together; what is left of the 30 s that a stop may take is for the servers below. */
const stopMs = 22_000;

/**
 * Makes the part that runs all services, each replica as a process of its own. They start together, since each waits for
 * what it needs, and stop row by row: who takes from the world first, whom the others call last.
 *
 * @param o which, and with what environment.
 * @returns the part, and its processes.
 */
export function createServices(o: ServicesOptions): Services {
  const rows = o.rows.map((row) => row.map((replica) => superviseProcess(specOf(replica, o.environment), o)));
  const processes = o.rows.flat().map((replica, index) => ({
    name: replica.name,
    url: urlOf(replica),
    ready: (rows.flat()[index] as SupervisedProcess).ready,
  }));
  const stop = async (): Promise<void> => {
    const until = Date.now() + stopMs;
    for (const row of rows.toReversed()) {
      await Promise.all(row.map((each) => each.stop(Math.max(0, until - Date.now()))));
    }
  };
  return {
    processes,
    part: {
      name: 'services',
      async start() {
        try {
          await Promise.all(rows.flat().map((each) => each.start()));
        } catch (error) {
          await stop();
          throw error;
        }
      },
      stop,
    },
  };
}

const urlOf = ({ httpPort }: Replica): string => `http://127.0.0.1:${httpPort}`;

function specOf(replica: Replica, environment: EnvironmentOptions): ProcessSpec {
  return {
    name: replica.name,
    command: process.execPath,
    args: [join('services', replica.service, 'dist', 'main.js')],
    env: serviceEnvironment(replica, environment),
    cwd: repositoryRoot(),
    ready: httpProbe(`${urlOf(replica)}/readyz`, readyTimeoutMs),
    alive: httpProbe(`${urlOf(replica)}/livez`, aliveTimeoutMs),
  };
}

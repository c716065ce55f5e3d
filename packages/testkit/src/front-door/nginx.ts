import { accessSync, constants, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type FrontDoorOptions, renderNginxConfig } from './nginx-config';

/** Debian keeps it where the PATH of users does not look. */
const otherFolders = ['/usr/sbin', '/usr/local/sbin', '/opt/homebrew/bin'];

/** How to run nginx as a front door. */
export interface NginxCommand {
  command: string;
  args: readonly string[];
  /** Refuses new connections and lets requests finish. */
  stopSignal: NodeJS.Signals;
}

/**
 * Writes the configuration of a front door.
 *
 * @param folder where nginx keeps its files; made if missing.
 * @param options where it listens and what is behind it.
 * @returns the command that runs it.
 * @throws Error when there is no nginx, saying what to install.
 */
export function prepareNginx(folder: string, options: FrontDoorOptions): NginxCommand {
  const command = findNginx();
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'nginx.conf'), renderNginxConfig(options));
  return { command, args: ['-p', folder, '-c', 'nginx.conf', '-e', 'stderr'], stopSignal: 'SIGQUIT' };
}

function findNginx(): string {
  const folders = [...(process.env.PATH ?? '').split(delimiter), ...otherFolders];
  const found = folders.map((folder) => join(folder, 'nginx')).find(isExecutable);
  if (found === undefined) throw new Error('nginx is missing: install it (Debian: apt-get install nginx)');
  return found;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Path of the repository, wherever below it this code runs. */
export function repositoryRoot(): string {
  let folder = __dirname;
  while (!existsSync(join(folder, 'pnpm-workspace.yaml'))) folder = dirname(folder);
  return folder;
}

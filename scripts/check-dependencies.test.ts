import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const root = dirname(__dirname);
const folders = mkdtempSync(join(tmpdir(), 'omnigate-imports-'));

afterAll(() => rmSync(folders, { recursive: true, force: true }));

function check(folder: string): { code: number | null; said: string } {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(__dirname, 'check-dependencies.mjs'), folder],
    { encoding: 'utf8' },
  );
  return { code: status, said: stdout + stderr };
}

/** A folder with the manifests of this repository and one source. */
function repositoryWith(file: string, source: string): string {
  const folder = mkdtempSync(join(folders, 'repository-'));
  for (const area of ['packages', 'services']) {
    for (const name of readdirSync(join(root, area))) {
      const manifest = join(area, name, 'package.json');
      cpSync(join(root, manifest), join(folder, manifest));
    }
  }
  cpSync(join(root, 'tests', 'package.json'), join(folder, 'tests', 'package.json'));
  mkdirSync(dirname(join(folder, file)), { recursive: true });
  writeFileSync(join(folder, file), source);
  return folder;
}

it('passes the repository', () => {
  const { code, said } = check(root);
  expect({ code, said }).toEqual({
    code: 0,
    said: expect.stringMatching(/^[1-9]\d* files, 0 imports against the dependency rules\n$/),
  });
});

it.each([
  [
    'services/bot/src/app.ts',
    "import { x } from '@omnigate/routing';",
    'a service never imports another service',
  ],
  [
    'services/bot/src/app.ts',
    "import type { x } from '@omnigate/directory';",
    'a service never imports another service',
  ],
  [
    'services/cli/src/main.ts',
    "import { x } from '@omnigate/standalone';",
    'a service never imports another service',
  ],
  [
    'services/cli/src/main.ts',
    "import { x } from '@omnigate/database';",
    'services/cli may import of ours only',
  ],
  ['services/bot/src/app.ts', "import { x } from 'omnigate';", 'a service never imports another service'],
  ['packages/rpc/src/server.ts', "export { x } from '@omnigate/bot';", 'a package never imports a service'],
  [
    'services/routing/src/a.ts',
    "import { x } from '@omnigate/bus/contract';",
    'import a package by its name',
  ],
  ['packages/errors/src/a.ts', "import { x } from '@omnigate/runtime';", 'may import of ours only nothing'],
  ['packages/contracts/src/a.ts', "export * from '@omnigate/errors';", 'may import of ours only nothing'],
  [
    'packages/database/src/a.ts',
    "const x = await import('@omnigate/bus');",
    'may import of ours only errors, runtime',
  ],
  ['packages/bus/src/a.ts', "let x: import('@omnigate/rpc').X;", 'may import of ours only'],
  ['packages/bus/src/a.test.ts', "import { x } from '@omnigate/rpc';", 'may import of ours only'],
  ['packages/state/src/a.ts', "import { x } from '@omnigate/testkit';", 'the test kit is for tests'],
  ['services/bot/src/app.ts', "import { x } from '@omnigate/rpc/dist/server';", 'by its name'],
  ['services/bot/src/app.ts', "import { x } from '@omnigate/bot';", 'its own files by path'],
  ['services/bot/src/app.ts', "import { x } from '../../routing/src/app';", 'stays in its package'],
  ['services/bot/src/app.ts', "import { x } from './testing/bed';", 'testing/ is for tests'],
  ['services/bot/src/app.ts', "import { x } from '@grpc/grpc-js';", 'only packages/rpc/'],
  ['services/bot/src/store/a.ts', "import { Pool } from 'pg';", 'only packages/database/'],
  ['services/bot/src/store/a.ts', "const { Pool } = require('pg');", 'only packages/database/'],
  ['services/bot/src/store/a.ts', "import pg = require('pg');", 'only packages/database/'],
  ['packages/channel-kit/src/a.ts', "import x from 'kafkajs';", 'only packages/bus/'],
  ['packages/bus/src/a.ts', "import { x } from '@platformatic/kafka';", 'only tests/load/clients/'],
  [
    'services/bot/src/domain/a.ts',
    "import { x } from '@omnigate/database';",
    'domain/ may import of ours only',
  ],
  [
    'services/bot/src/domain/a.ts',
    "import type { x } from '@omnigate/rpc';",
    'domain/ may import of ours only',
  ],
  ['services/channel-web/src/domain/a.ts', "import fastify from 'fastify';", 'domain/ imports no driver'],
  ['services/channel-web/src/domain/deep/a.ts', "import x from 'ws';", 'domain/ imports no driver'],
  ['services/bot/src/domain/a.ts', "import { x } from '../store/a';", 'nothing from outside domain/'],
  [
    'services/bot/src/app.ts',
    "import twilio from 'twilio';",
    'services/bot/package.json does not declare it',
  ],
  [
    'services/bot/src/domain/a.ts',
    "import { sanitizeText, createLogger } from '@omnigate/runtime';",
    'domain/ may import of ours only',
  ],
  ['services/bot/src/domain/a.ts', "export * from '@omnigate/runtime';", 'domain/ may import of ours only'],
])('refuses in %s: %s', (file, source, reason) => {
  const { code, said } = check(repositoryWith(file, source));
  expect(said).toContain(`${file}:1: import of`);
  expect(said).toContain(reason);
  expect(code).toBe(1);
});

it.each([
  ['services/standalone/src/app.ts', "import { x } from '@omnigate/routing';"],
  ['services/bot/src/app.ts', "import { x } from '@omnigate/bus';"],
  ['services/bot/src/app.test.ts', "import { x } from '@omnigate/testkit';"],
  ['packages/channel-kit/src/a.test.ts', "import { x } from '@omnigate/testkit';"],
  ['services/bot/src/domain/a.ts', "import { x } from '@omnigate/contracts';\nimport { y } from './b';"],
  ['packages/rpc/src/a.ts', "import { x } from '@grpc/grpc-js';"],
  ['services/bot/src/testing/a.ts', "import { x } from '@omnigate/testkit';"],
  ['services/bot/testing/a.ts', "import { x } from '@omnigate/testkit';"],
  ['services/bot/src/domain/a.ts', "import { sanitizeText as clean } from '@omnigate/runtime';"],
  ['services/standalone/src/a.ts', "require.resolve('@omnigate/bot/package.json');"],
  ['tests/e2e/a.test.ts', "import { x } from '@omnigate/standalone';"],
  ['tests/load/clients/a.ts', "import { x } from '@platformatic/kafka';"],
])('allows in %s: %s', (file, source) => {
  expect(check(repositoryWith(file, source))).toMatchObject({ code: 0 });
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { composeConfig } from './compose-config';

const repository = join(__dirname, '..', '..', '..', '..');
const read = (...path: string[]): string => readFileSync(join(repository, ...path), 'utf8');

test('deploy/nginx/nginx.conf is what the table of paths says', () => {
  expect(read('deploy', 'nginx', 'nginx.conf')).toBe(composeConfig());
});

test('every server that it names is a container of docker-compose.yml', () => {
  const names = [...composeConfig().matchAll(/server ([a-z-]+):/g)].map(([, name]) => name);
  expect(new Set(names).size).toBe(6);
  for (const name of names) expect(read('docker-compose.yml')).toMatch(new RegExp(`^  ${name}:$`, 'm'));
});

import { existsSync, mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { classArchive } from './class-archive';

/** Java finds no broker there, and so keeps no classes. */
const nowhere = '/nowhere/*';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'omnigate-archive-test-'));
  file = join(folder, 'classes.jsa');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('one that is there is used', async () => {
  writeFileSync(file, 'classes');
  expect(await classArchive(nowhere, file)).toBe(file);
});

test('a Java that makes none is asked once', async () => {
  expect(await classArchive(nowhere, file)).toBeUndefined();
  expect(statSync(file).size).toBe(0);
  expect(existsSync(`${file}.making`)).toBe(false);
  expect(await classArchive(nowhere, file)).toBeUndefined();
}, 60_000);

test('while somebody makes one, a broker goes without, unless whoever makes it has died', async () => {
  writeFileSync(`${file}.making`, '');
  expect(await classArchive(nowhere, file)).toBeUndefined();
  expect(existsSync(file)).toBe(false);
  utimesSync(`${file}.making`, new Date(0), new Date(0));
  await classArchive(nowhere, file);
  expect(existsSync(file)).toBe(true);
}, 60_000);

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { configSchema } from './config';

const root = join(__dirname, '..', '..', '..');
const read = (name: string): string => readFileSync(join(root, name), 'utf8');
const readmes = ['README.md', 'README.zh-CN.md'];

/** What is pasted into a terminal or a page, without the remarks behind it. */
const examplesOf = (text: string): string[] =>
  [...text.matchAll(/^```(?:sh|html)\n(.*?)^```/gms)].flatMap(([, block = '']) =>
    block.split('\n').flatMap((line) => line.replace(/\s+# .*$/, '') || []),
  );

test.each(readmes)('%s has a row for every variable, with its default', (name) => {
  const rows = read(name)
    .split('\n')
    .filter((line) => line.startsWith('| `'));
  for (const [key, field] of Object.entries(configSchema.shape)) {
    const row = rows.find((line) => line.includes(`\`${key}\``));
    expect({ key, row }).toEqual({ key, row: expect.any(String) });
    const fallback = field.safeParse(undefined).data;
    if (fallback !== undefined && fallback !== '') expect(row).toContain(String(fallback));
  }
});

test('both languages show the same examples', () => {
  const [english = [], chinese = []] = readmes.map((name) => examplesOf(read(name)));
  expect(english.length).toBeGreaterThan(10);
  expect(chinese).toEqual(english);
});

test.each(readmes)('every file that %s links to is there', (name) => {
  const links = [...read(name).matchAll(/\]\((?!http|#)([^)#]+)/g)].map(([, path = '']) => path);
  for (const path of links) expect(() => readFileSync(join(root, path))).not.toThrow(/ENOENT/);
});

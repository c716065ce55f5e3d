// Bundles what runs in a page into one script: node scripts/bundle-page.mjs ENTRY [OUTPUT], else to standard output
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { buildSync } from 'esbuild';

const [entry, output] = process.argv.slice(2);
const built = buildSync({
  entryPoints: [entry],
  bundle: true,
  format: 'iife',
  target: ['es2022'],
  minify: true,
  legalComments: 'none',
  charset: 'utf8',
  write: false,
});
const { contents } = built.outputFiles[0];
if (output) {
  mkdirSync(dirname(output), { recursive: true });
  writeFileSync(output, contents);
} else process.stdout.write(contents);

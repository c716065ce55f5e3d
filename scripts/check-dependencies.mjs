// Fails on an import that goes against scripts/dependency-rules.mjs. The argument is the folder to check, by default
// the repository.
import { resolve } from 'node:path';
import { judgeImport } from './import-rules.mjs';
import { importsBelow, manifestsBelow } from './imports.mjs';
import { root } from './toolchain.mjs';

const folder = resolve(process.argv[2] ?? root);
const manifests = manifestsBelow(folder);
let files = 0;
let broken = 0;

for (const { line, ...found } of importsBelow(folder, () => (files += 1))) {
  const reason = judgeImport(found, manifests);
  if (!reason) continue;
  broken += 1;
  console.error(`${found.file}:${line}: import of '${found.specifier}': ${reason}`);
}
console.log(`${files} files, ${broken} imports against the dependency rules`);
process.exit(broken === 0 && files > 0 ? 0 : 1);

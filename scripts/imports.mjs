// Finds every import of every TypeScript source: static, re-exported, dynamic, required, and in types.
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseSync } from '@swc/core';

const sources = ['packages/*/src/**/*.ts', 'services/*/**/*.ts', 'tests/**/*.ts'];
const skipped = /(^|\/)(node_modules|dist|gen)(\/|$)/;

/** The manifest of each workspace package, by its folder, for example `services/bot`. */
export function manifestsBelow(folder) {
  const files = globSync(['packages/*/package.json', 'services/*/package.json', 'tests/package.json'], {
    cwd: folder,
  });
  return new Map(files.map((file) => [dirname(file), JSON.parse(readFileSync(join(folder, file), 'utf8'))]));
}

/** The specifier that an AST node imports, if it is a node that does. */
function importedBy(node) {
  if (node.type === 'TsImportType') return node.argument;
  if (node.type === 'TsExternalModuleReference') return node.expression;
  if (/^(Import|ExportNamed|ExportAll)Declaration$/.test(node.type)) return node.source;
  if (node.type !== 'CallExpression') return undefined;
  const { callee } = node;
  const loads =
    callee.type === 'Import' ||
    (callee.type === 'Identifier' && callee.value === 'require') ||
    (callee.type === 'MemberExpression' &&
      callee.object.value === 'require' &&
      callee.property.value === 'resolve');
  return loads ? node.arguments[0]?.expression : undefined;
}

/** The names that `import { a, b as c } from` takes: a and b; every other form takes all, `*`. */
function namesOf(node) {
  const parts = node.type === 'ImportDeclaration' ? node.specifiers : [];
  const names = parts.map((part) =>
    part.type === 'ImportSpecifier' ? (part.imported ?? part.local).value : '*',
  );
  return names.length > 0 ? names : ['*'];
}

function* found(node) {
  if (Array.isArray(node)) {
    for (const item of node) yield* found(item);
  } else if (node && typeof node === 'object') {
    const source = importedBy(node);
    if (source?.type === 'StringLiteral') yield { specifier: source.value, names: namesOf(node) };
    for (const key of Object.keys(node)) if (key !== 'span') yield* found(node[key]);
  }
}

/**
 * @param {string} folder with packages/, services/ and tests/ in it
 * @param {() => void} onFile called once for each file
 * @returns {Generator<{ file: string, line: number, specifier: string, names: string[] }>} file relative to the folder
 */
export function* importsBelow(folder, onFile) {
  for (const file of globSync(sources, { cwd: folder, exclude: (path) => skipped.test(path) })) {
    if (!existsSync(join(folder, file))) continue;
    onFile();
    const text = readFileSync(join(folder, file), 'utf8');
    const tree = parseSync(text, { syntax: 'typescript', target: 'es2024' });
    for (const each of found(tree.body)) yield { file, line: lineOf(text, each.specifier), ...each };
  }
}

/** The first line that names the specifier. The parser counts bytes over all files, which says less. */
function lineOf(text, specifier) {
  const lines = text.split('\n');
  const index = lines.findIndex((line) => line.includes(`'${specifier}'`) || line.includes(`"${specifier}"`));
  return index + 1;
}

import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Resource } from '@omnigate/contracts';
import { parseAllDocuments } from 'yaml';

/**
 * The articles of the demo, for forms of Omnigate that do not apply them by themselves.
 *
 * @returns articles about a property and a shop, in Chinese and English.
 */
export function demoArticles(): Resource[] {
  const folder = join(dirname(require.resolve('@omnigate/bot/package.json')), 'demo');
  return ['property-zh', 'property-en', 'shop-zh', 'shop-en']
    .flatMap((name) => parseAllDocuments(readFileSync(join(folder, `${name}.yaml`), 'utf8')))
    .map((document) => document.toJS() as Resource | null)
    .filter((resource) => resource !== null);
}

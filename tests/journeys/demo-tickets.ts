import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Resource } from '@omnigate/contracts';
import { parseAllDocuments } from 'yaml';

const folder = join(dirname(require.resolve('@omnigate/ticket/package.json')), 'demo');

/**
 * The ticket types and workers of the demo, to be applied in a tenant that has no demo.
 *
 * @returns the documents.
 */
export function demoTickets(): Resource[] {
  return ['ticket-types.yaml', 'workers.yaml'].flatMap((name) =>
    parseAllDocuments(readFileSync(join(folder, name), 'utf8')).map(
      (document) => document.toJS() as Resource,
    ),
  );
}

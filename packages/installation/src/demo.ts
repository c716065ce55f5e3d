import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Resource } from '@omnigate/contracts';
import { parseAllDocuments } from 'yaml';

const people = (publicUrl: string): Resource[] => [
  {
    kind: 'Agent',
    metadata: { name: 'demo-agent', id: '' },
    spec: { display_name: '客服小助手 / Support', teams: ['default'] },
    status: undefined,
  },
  {
    kind: 'Channel',
    metadata: { name: 'demo-web', id: '' },
    spec: {
      type: 'web',
      config: { allowed_origins: [new URL(publicUrl).origin], title: 'Omnigate Demo', locale: 'zh-CN' },
    },
    status: undefined,
  },
];

function documentsOf(folder: string): Resource[] {
  const files = readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .sort();
  return files
    .flatMap((name) =>
      parseAllDocuments(readFileSync(join(folder, name), 'utf8')).map(
        (document) => document.toJS() as Resource | null,
      ),
    )
    .filter((resource) => resource !== null);
}

/** What the demo needs. */
export interface DemoOptions {
  /** Path of the data folder, which remembers that the demo was applied. */
  folder: string;
  /** Paths of the folders with the demo's documents: knowledge, ticket types, workers. */
  documents: readonly string[];
  publicUrl: string;
  /** Applies resources to tenant `default`. */
  apply(resources: Resource[]): Promise<unknown>;
  /** Takes a line for people. */
  onProgress(line: string): void;
}

/**
 * Applies the demo data: knowledge, tickets' types and workers, a web chat and an agent; at the first start alone, so that what the user deletes
 * stays deleted.
 *
 * @param options where it goes.
 */
export async function applyDemoOnce(options: DemoOptions): Promise<void> {
  const marker = join(options.folder, 'demo-applied');
  if (existsSync(marker)) return;
  const resources = [...people(options.publicUrl), ...options.documents.flatMap(documentsOf)];
  options.onProgress(`Writing the demo: ${resources.length} resources`);
  await options.apply(resources);
  writeFileSync(marker, '');
}

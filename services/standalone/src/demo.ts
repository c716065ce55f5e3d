import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { DirectoryServiceService, Resource } from '@omnigate/contracts';
import type { DirectoryCache } from '@omnigate/directory-cache';
import type { Client } from '@omnigate/rpc';
import { parseAllDocuments } from 'yaml';

const demoTenant = 'default';
const demoChannel = 'demo-web';

const people = (publicUrl: string): Resource[] => [
  {
    kind: 'Agent',
    metadata: { name: 'demo-agent', id: '' },
    spec: { display_name: '客服小助手 / Support', teams: ['default'] },
    status: undefined,
  },
  {
    kind: 'Channel',
    metadata: { name: demoChannel, id: '' },
    spec: {
      type: 'web',
      config: { allowed_origins: [new URL(publicUrl).origin], title: 'Omnigate Demo', locale: 'zh-CN' },
    },
    status: undefined,
  },
];

function articles(): Resource[] {
  const folder = join(dirname(require.resolve('@omnigate/bot/package.json')), 'demo');
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
export interface DemoDeps {
  enabled: boolean;
  /** Path of the data folder, which remembers that the demo was applied. */
  folder: string;
  directory: Client<typeof DirectoryServiceService>;
  cache: DirectoryCache;
  publicUrl: string;
}

/**
 * The demo data of tenant `default`: knowledge, a web chat and an agent; applied at the first start alone, so that what
 * the user deletes stays deleted.
 *
 * @param deps where it goes.
 * @returns how to apply it.
 */
export function createDemo(deps: DemoDeps) {
  const marker = join(deps.folder, 'demo-applied');
  return {
    async start(onProgress: (line: string) => void): Promise<void> {
      if (!deps.enabled || existsSync(marker)) return;
      const tenantId = await deps.cache.resolveTenant(demoTenant);
      const resources = [...people(deps.publicUrl), ...articles()];
      onProgress(`Writing the demo: ${resources.length} resources`);
      await deps.directory.applyResources({ resources, validateOnly: false }, { tenantId });
      writeFileSync(marker, '');
    },
  };
}

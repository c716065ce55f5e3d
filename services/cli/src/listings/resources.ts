import { DirectoryServiceService, type Resource } from '@omnigate/contracts';
import { column, timeColumn } from '../output/cells';
import type { Column } from '../output/table';
import type { JsonRow } from '../output/write-rows';
import { allPages, type Listing } from './listing';

const name = column('NAME', 'metadata.name');
const created = timeColumn('CREATED', 'status.create_time');

async function* listResources(
  ...[kind, server, query]: [string, ...Parameters<Listing['list']>]
): AsyncGenerator<Resource> {
  const directory = server.client(DirectoryServiceService);
  yield* allPages(async (page) => {
    const { resources, nextPageToken } = await directory.listResources({ kind, name: query.name, ...page });
    return { items: resources, nextPageToken };
  });
}

const resourceListing = (
  kind: string,
  title: string,
  aliases: readonly string[],
  columns: readonly Column<JsonRow>[],
): Listing => ({
  aliases,
  title,
  message: 'omnigate.directory.v1.Resource',
  nameIs: 'NAME',
  filters: [],
  columns: [name, ...columns],
  list: (server, query) => listResources(kind, server, query),
});

/** Lists of what is declared. */
export const resourceListings: readonly Listing[] = [
  resourceListing(
    'Tenant',
    'tenants',
    [],
    [
      column('TITLE', 'spec.title'),
      column('TIME ZONE', 'spec.time_zone'),
      column('LOCALE', 'spec.locale'),
      created,
    ],
  ),
  resourceListing(
    'Channel',
    'channels',
    ['ch'],
    [
      column('TYPE', 'spec.type'),
      column('FIRST RESPONDER', 'spec.first_responder'),
      column('TEAM', 'spec.team'),
      column('ID', 'status.id'),
      created,
    ],
  ),
  resourceListing(
    'Team',
    'teams',
    [],
    [
      column('TITLE', 'spec.title'),
      {
        title: 'HOURS',
        cell: ({ spec }) => {
          const hours = (spec as { hours?: { days: string[]; from: string; to: string }[] }).hours ?? [];
          return hours.length === 0
            ? 'always'
            : hours.map(({ days, from, to }) => `${days.join(',')} ${from}-${to}`).join('; ');
        },
      },
      created,
    ],
  ),
  resourceListing(
    'Agent',
    'agents',
    [],
    [
      column('DISPLAY NAME', 'spec.display_name'),
      column('TEAMS', 'spec.teams'),
      column('MAX CONVERSATIONS', 'spec.max_conversations'),
      created,
    ],
  ),
  resourceListing(
    'ApiKey',
    'apikeys',
    ['key'],
    [column('ROLE', 'spec.role'), column('AGENT', 'spec.agent'), created],
  ),
  resourceListing(
    'KnowledgeArticle',
    'knowledgearticles',
    ['article', 'knowledge', 'kb'],
    [
      column('LANGUAGE', 'spec.language'),
      column('QUESTION', 'spec.question'),
      column('HANDLING', 'spec.handling'),
      created,
    ],
  ),
  resourceListing(
    'Connector',
    'connectors',
    [],
    [
      column('BASE URL', 'spec.base_url'),
      {
        title: 'LOOKUPS',
        cell: ({ spec }) => {
          const names = (spec as { lookups?: { name: string }[] }).lookups?.map((lookup) => lookup.name);
          return [...new Set(names)].join(', ');
        },
      },
      created,
    ],
  ),
  resourceListing(
    'ChannelType',
    'channel-types',
    [],
    [
      column('TITLE', 'spec.title'),
      column('ADDRESSES', 'spec.address_namespace'),
      column('SENDS/S', 'spec.default_max_per_second'),
      column('ADAPTER', 'spec.adapter_service'),
    ],
  ),
];

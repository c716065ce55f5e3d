import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ApplyOutcome, Resource } from '@omnigate/contracts';
import { parseAllDocuments } from 'yaml';
import { type OpenDirectory, openDirectory } from '../testing/open-directory';

const folder = join(__dirname, '../../../examples');
const demoFolder = join(__dirname, '../../ticket/demo');
const files = globSync('**/*.yaml', { cwd: folder }).sort();

/** As the CLI reads files, every variable being set. */
const readResources = (file: string, below = folder): Resource[] => {
  const text = readFileSync(join(below, file), 'utf8').replace(/\$\{(\w+)\}/g, 'a-value-of-$1');
  return parseAllDocuments(text).map((document) => {
    expect(document.errors).toEqual([]);
    return Resource.fromPartial(document.toJS() as Resource);
  });
};

let open: OpenDirectory;
beforeAll(async () => {
  open = await openDirectory();
});
afterAll(() => open.close());

const newTenant = async (name: string) => {
  const applied = await open.as(['operator']).apply({ kind: 'Tenant', name });
  return applied.resources[0]?.resource?.metadata?.id ?? '';
};

/** Files of a folder belong together, others stand alone. */
const applies = [...new Set(files.map((file) => (file.includes('/') ? `${file.split('/')[0]}/` : file)))];

test('there are examples of every kind', () => {
  const kinds = new Set(files.flatMap((file) => readResources(file)).map(({ kind }) => kind));
  expect([...kinds].sort()).toEqual([
    'Agent',
    'ApiKey',
    'Channel',
    'KnowledgeArticle',
    'Team',
    'Tenant',
    'TicketType',
    'Worker',
  ]);
  expect(applies.length).toBeGreaterThan(5);
});

test.each(applies)('%s applies in an empty tenant, and again without a change', async (name) => {
  const { directory } = open.as(['operator'], await newTenant(`t-${applies.indexOf(name)}`));
  const resources = files.filter((file) => file.startsWith(name)).flatMap((file) => readResources(file));
  const first = await directory.applyResources({ resources });
  expect(new Set(first.resources.map(({ outcome }) => outcome))).toEqual(
    new Set([ApplyOutcome.APPLY_OUTCOME_CREATED]),
  );
  const again = await directory.applyResources({ resources });
  expect(new Set(again.resources.map(({ outcome }) => outcome))).toEqual(
    new Set([ApplyOutcome.APPLY_OUTCOME_UNCHANGED]),
  );
});

test('all of them apply together', async () => {
  const { directory } = open.as(['operator'], await newTenant('together'));
  const resources = files.flatMap((file) => readResources(file));
  expect((await directory.applyResources({ resources })).resources).toHaveLength(resources.length);
});

test('the demo has the ticket types of the examples, and the same workers', () => {
  const names = ['ticket-types.yaml', 'workers.yaml'];
  const shown = names.flatMap((name) => readResources(`tickets/${name}`));
  const demo = names.flatMap((name) => readResources(name, demoFolder));
  expect(demo).toEqual(shown.filter(({ kind }) => kind !== 'ApiKey'));
  expect(demo.filter(({ kind }) => kind === 'TicketType')).toHaveLength(4);
});

test('every text of the example types is in both languages', async () => {
  const { apply } = open.as(['operator'], await newTenant('bilingual'));
  const applied = await apply(
    ...['ticket-types.yaml', 'workers.yaml']
      .flatMap((name) => readResources(name, demoFolder))
      .map(({ kind, metadata, spec }) => ({ kind, name: metadata?.name ?? '', spec: spec ?? {} })),
  );
  const types = applied.resources.flatMap(({ resource }) =>
    resource?.kind === 'TicketType' ? [resource.spec] : [],
  );
  expect(types.flatMap((spec) => oneLanguage(spec))).toEqual([]);
});

/** Mappings of texts that lack a language. */
function oneLanguage(value: unknown): unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  if ('zh' in value !== 'en' in value) return [value];
  return Object.values(value).flatMap(oneLanguage);
}

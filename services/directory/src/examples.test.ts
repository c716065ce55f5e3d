import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ApplyOutcome, Resource } from '@omnigate/contracts';
import { parseAllDocuments } from 'yaml';
import { type OpenDirectory, openDirectory } from '../testing/open-directory';

const folder = join(__dirname, '../../../examples');
const files = globSync('**/*.yaml', { cwd: folder }).sort();

/** As the CLI reads files, every variable being set. */
const readResources = (file: string): Resource[] => {
  const text = readFileSync(join(folder, file), 'utf8').replace(/\$\{(\w+)\}/g, 'a-value-of-$1');
  return parseAllDocuments(text, { merge: true }).map((document) => {
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
  const kinds = new Set(files.flatMap(readResources).map(({ kind }) => kind));
  expect([...kinds].sort()).toEqual([
    'Agent',
    'ApiKey',
    'Channel',
    'Connector',
    'KnowledgeArticle',
    'Team',
    'Tenant',
  ]);
  expect(applies.length).toBeGreaterThan(5);
});

test.each(applies)('%s applies in an empty tenant, and again without a change', async (name) => {
  const { directory } = open.as(['operator'], await newTenant(`t-${applies.indexOf(name)}`));
  const resources = files.filter((file) => file.startsWith(name)).flatMap(readResources);
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
  const resources = files.flatMap(readResources);
  expect((await directory.applyResources({ resources })).resources).toHaveLength(resources.length);
});

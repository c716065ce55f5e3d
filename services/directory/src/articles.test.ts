import { ApplyOutcome, type Resource } from '@omnigate/contracts';
import { invalid, type OpenDirectory, openDirectory, type TestDocument } from '../testing/open-directory';

let open: OpenDirectory;
beforeAll(async () => {
  open = await openDirectory();
});
afterAll(() => open.close());

const article = (index: number, answer = 'a'): TestDocument => ({
  kind: 'KnowledgeArticle',
  name: `faq-${index}`,
  spec: {
    language: 'zh',
    question: `问题 ${index} 怎么办？`,
    variants: [`第 ${index} 种问法`],
    answer: `${answer} ${index}`,
  },
});
const articles = Array.from({ length: 2000 }, (_, index) => article(index));
const countOf = (resources: readonly { outcome: ApplyOutcome }[], outcome: ApplyOutcome) =>
  resources.filter((each) => each.outcome === outcome).length;
const snapshot = (knownRevision = '') =>
  open.registry.snapshotResources({ kind: 'KnowledgeArticle', knownRevision }, { tenantId: open.tenantId });

test('takes 2,000 articles in one apply, rewrites only what changed, and pages through all', async () => {
  const { apply, directory } = open.as(['owner']);
  const created = await apply(...articles);
  expect(countOf(created.resources, ApplyOutcome.APPLY_OUTCOME_CREATED)).toBe(2000);
  const first = await snapshot();
  expect(first.resources).toHaveLength(2000);
  expect(countOf((await apply(...articles)).resources, ApplyOutcome.APPLY_OUTCOME_UNCHANGED)).toBe(2000);
  expect(await snapshot(first.revision)).toMatchObject({ resources: [], revision: first.revision });
  const changed = await apply(...articles.with(7, article(7, 'b')));
  expect(countOf(changed.resources, ApplyOutcome.APPLY_OUTCOME_UNCHANGED)).toBe(1999);
  const second = await snapshot(first.revision);
  expect(second.revision).not.toBe(first.revision);
  expect(second.resources.find(({ metadata }) => metadata?.name === 'faq-7')?.spec).toMatchObject({
    answer: 'b 7',
  });

  const seen: (Resource | undefined)[] = [];
  let pageToken = '';
  do {
    const page = await directory.listResources({ kind: 'knowledge-articles', pageSize: 700, pageToken });
    expect(page.resources.length).toBeLessThanOrEqual(500);
    seen.push(...page.resources);
    pageToken = page.nextPageToken;
  } while (pageToken !== '');
  expect(new Set(seen.map((resource) => resource?.metadata?.name)).size).toBe(2000);
  expect(seen).toHaveLength(2000);
});

test('a deletion changes the revision too', async () => {
  const { apply, directory } = open.as(['owner']);
  await apply(article(9000));
  const before = (await snapshot()).revision;
  await directory.deleteResource({ kind: 'KnowledgeArticle', name: 'faq-9000' });
  expect((await snapshot()).revision).not.toBe(before);
});

test('lists newest first', async () => {
  const { apply, directory } = open.as(['owner']);
  await apply({ kind: 'Team', name: 'older' });
  await apply({ kind: 'Team', name: 'newer' });
  const { resources } = await directory.listResources({ kind: 'Team' });
  expect(resources.map(({ metadata }) => metadata?.name)).toEqual(['newer', 'older', 'default']);
});

test.each([
  [{ answer: 'a' }, ['question']],
  [{ question: 'q' }, ['answer']],
  [{ question: ' ', answer: 'a' }, ['question']],
  [{ question: 'q', answer: 'a', valid_from: '2027-01-02' }, ['valid_from']],
  [{ question: 'q', answer: 'a', valid_from: 'tomorrow' }, ['valid_from']],
  [
    {
      question: 'q',
      answer: 'a',
      valid_from: '2027-01-02T00:00:00Z',
      valid_until: '2027-01-02T00:00:00+08:00',
    },
    ['valid_until'],
  ],
  [{ question: 'q', answer: 'a', handling: 'maybe', language: '中文' }, ['language', 'handling']],
  [{ question: 'q', answer: 'a', variants: 'one' }, ['variants']],
])('refuses %p', async (spec, members) => {
  const apply = open.as(['owner']).apply({ kind: 'KnowledgeArticle', name: 'odd', spec });
  await expect(apply).rejects.toEqual(invalid(...members.map((member) => `resources[0].spec.${member}`)));
});

test('fills in what is left out', async () => {
  const spec = { question: ' 我要投诉 ', answer: '请转人工', handling: 'human' };
  const applied = await open.as(['owner']).apply({ kind: 'KnowledgeArticle', name: 'human', spec });
  expect(applied.resources[0]?.resource?.spec).toEqual({
    language: 'zh',
    audience: 'everyone',
    question: '我要投诉',
    variants: [],
    answer: '请转人工',
    handling: 'human',
  });
});

test.each(['x', 'eyJ0aW1lIjoxfQ', Buffer.from('{"time":"2026-01-01T00:00:00Z"}').toString('base64url')])(
  'refuses the page token %s',
  async (pageToken) => {
    await expect(
      open.as(['owner']).directory.listResources({ kind: 'Team', pageToken }),
    ).rejects.toMatchObject({ code: 'PAGE_TOKEN_INVALID' });
  },
);

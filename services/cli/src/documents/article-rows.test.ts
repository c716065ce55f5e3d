import { articleName, articleOfRow } from './article-rows';
import { readRows } from './row-file';

const rows = (name: string, text: string) => readRows({ name, text });

test('CSV rows know their lines, whatever stands in quotes', () => {
  const text = '\uFEFFQuestion , answer\r\nq1,"a\n1"\r\n\r\nq2,a2\r\n"q,3","say ""hi"""\r\n';
  expect(rows('faq.csv', text)).toEqual([
    { line: 2, values: { question: 'q1', answer: 'a\n1' } },
    { line: 5, values: { question: 'q2', answer: 'a2' } },
    { line: 6, values: { question: 'q,3', answer: 'say "hi"' } },
  ]);
});

test('JSON rows know their lines', () => {
  expect(rows('faq.json', '[\n {"question": "q1"},\n {\n  "question": "q2"\n }\n]')).toEqual([
    { line: 2, values: { question: 'q1' } },
    { line: 3, values: { question: 'q2' } },
  ]);
});

test.each([
  ['faq.csv', 'a,b\n1,2\n1,2,3\n', 'faq.csv:3'],
  ['faq.csv', 'a,b\n"1,2\n', 'faq.csv:'],
  ['faq.json', '[1]', 'faq.json:1: must be an object'],
  ['faq.json', '{"a": 1}', 'faq.json:1: must be a list'],
  ['faq.json', '[\n{"a": }\n]x', 'faq.json:'],
])('%s of %j is refused with its place', (name, text, message) => {
  expect(() => rows(name, text)).toThrow(message);
});

test('a row becomes an article; Chinese titles, and the language by the question', () => {
  const [row] = rows('faq.csv', '问题,答案,相似问\n泳池几点开放？,九点,游泳时间| 泳池时间 \n');
  expect(articleOfRow(row as never)).toEqual({
    unknown: [],
    resource: {
      kind: 'KnowledgeArticle',
      metadata: { name: expect.stringMatching(/^faq-[0-9a-f]{8}$/), id: '' },
      spec: {
        question: '泳池几点开放？',
        answer: '九点',
        variants: ['游泳时间', '泳池时间'],
        language: 'zh',
      },
      status: undefined,
    },
  });
});

test('what is given wins, what is strange is named', () => {
  const values = {
    name: 'pool',
    question: 'When?',
    answer: 'Now',
    variants: ['so', 'when'],
    colour: 'red',
    language: 'de',
  };
  const { resource, unknown } = articleOfRow({ line: 1, values });
  expect(resource.metadata?.name).toBe('pool');
  expect(resource.spec).toMatchObject({ language: 'de', variants: ['so', 'when'] });
  expect(unknown).toEqual(['colour']);
});

test('names stay the same, differ by question, and are names', () => {
  const names = [
    'How do I pay?',
    'how do i pay? ',
    'How do I pay!',
    '物业费',
    '物业費',
    `${'long '.repeat(40)}?`,
  ].map(articleName);
  expect(names[0]).toBe(names[1]);
  expect(new Set(names).size).toBe(5);
  for (const name of names) expect(name).toMatch(/^[a-z0-9-]{1,63}$/);
});

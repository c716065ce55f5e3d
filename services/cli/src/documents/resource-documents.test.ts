import { problemAt, type ResourceDocument, readResources } from './resource-documents';

const read = (text: string, env: NodeJS.ProcessEnv = {}) => readResources([{ name: 'shop.yaml', text }], env);
const problemsOf = (text: string, env: NodeJS.ProcessEnv = {}) =>
  read(text, env).problems.map(({ source, line, text: problem }) => `${source}:${line}: ${problem}`);

const channel = `# a comment
kind: Channel
metadata: { name: shop-sms }
spec:
  type: sms-twilio
  hours:
    - days: [mon, tue]
      from: 9
  config:
    auth_token: "\${TOKEN}"
---
kind: Team
metadata: { name: night }
`;

test('documents become resources, empty ones are passed over', () => {
  const { documents, problems } = read(`---\n---\n${channel}---\n# nothing\n`, { TOKEN: 'secret' });
  expect(problems).toEqual([]);
  expect(documents.map(({ resource }) => resource)).toEqual([
    {
      kind: 'Channel',
      metadata: { name: 'shop-sms', id: '' },
      spec: {
        type: 'sms-twilio',
        hours: [{ days: ['mon', 'tue'], from: 9 }],
        config: { auth_token: 'secret' },
      },
      status: undefined,
    },
    { kind: 'Team', metadata: { name: 'night', id: '' }, spec: {}, status: undefined },
  ]);
});

test.each([
  ['spec.type', 5],
  ['spec.hours[0].days[1]', 7],
  ['spec.hours[0].from', 8],
  ['spec.config.auth_token', 10],
  ['spec.config.missing', 9],
  ['spec.hours[7].from', 6],
  ['metadata.name', 3],
  ['', 2],
])('%s stands in line %d', (field, line) => {
  const [document] = read(channel, { TOKEN: 'x' }).documents;
  expect(problemAt(document as ResourceDocument, field, 'is wrong').line).toBe(line);
});

test('a field of the second document is found there', () => {
  const document = read(channel, { TOKEN: 'x' }).documents[1] as ResourceDocument;
  expect(problemAt(document, 'metadata.name', 'is wrong')).toEqual({
    source: 'shop.yaml',
    line: 13,
    text: 'metadata.name: is wrong',
  });
});

test('a number where a text must be is told to be quoted', () => {
  const [document] = read('kind: Channel\nmetadata: {name: a}\nspec: {from: 1415, to: "x"}\n').documents;
  const wrong = 'must be a text';
  expect(problemAt(document as ResourceDocument, 'spec.from', wrong).text).toContain('in quotes');
  expect(problemAt(document as ResourceDocument, 'spec.to', wrong).text).not.toContain('in quotes');
});

describe('variables', () => {
  const specOf = (spec: string, env: NodeJS.ProcessEnv) =>
    read(`kind: Channel\nmetadata: {name: a}\nspec:\n  value: ${spec}\n`, env).documents[0]?.resource.spec
      ?.value;

  test.each<[string, NodeJS.ProcessEnv, unknown]>([
    [`"\${A}"`, { A: '10' }, '10'],
    [`\${A}`, { A: '10' }, 10],
    [`\${A}`, { A: '0.5' }, 0.5],
    [`\${A}`, { A: 'true' }, true],
    [`\${A}`, { A: '+14155550100' }, '+14155550100'],
    [`\${A}`, { A: '007' }, '007'],
    [`\${A}`, { A: '' }, ''],
    [`\${A}`, { A: 'x: {y}\n# z' }, 'x: {y}\n# z'],
    [`"\${A}-\${B}"`, { A: '1', B: '2' }, '1-2'],
    [`http://\${A}:\${B}/`, { A: 'h', B: '2' }, 'http://h:2/'],
    [`"$\${A}"`, {}, `\${A}`],
    [`"\${A}"`, { A: `\${B}`, B: 'no' }, `\${B}`],
    [`"\${not a name}"`, {}, `\${not a name}`],
  ])('%s with %j is %j', (spec, env, value) => {
    expect(specOf(spec, env)).toEqual(value);
  });

  test('every missing one is told with its line and field', () => {
    expect(problemsOf(channel.replace('[mon, tue]', `[mon, "\${DAY}"]`))).toEqual([
      'shop.yaml:7: spec.hours[0].days[1]: the environment variable DAY is not set',
      'shop.yaml:10: spec.config.auth_token: the environment variable TOKEN is not set',
    ]);
  });

  test('comments and keys are left alone', () => {
    expect(problemsOf(`kind: Team # \${A}\nmetadata: {name: a}\nspec: {"\${B}": 1}\n`)).toEqual([]);
  });
});

test.each([
  [
    'kind: Team\nmetadata: {name: a}\nspeck: 1\n',
    ['shop.yaml:3: speck: is not a known field; there are: kind, metadata, spec, status'],
  ],
  [
    'kind: Team\nmetadata:\n  name: a\n  labels: {}\n',
    ['shop.yaml:4: metadata.labels: is not a known field; there are: name, id'],
  ],
  ['kind: Team\nmetadata: {}\n', ['shop.yaml:2: metadata.name: is required']],
  [
    'metadata: {name: 12}\n',
    ['shop.yaml:1: kind: is required', 'shop.yaml:1: metadata.name: must be a text; write it in quotes'],
  ],
  ['kind: Team\nmetadata: {name: a}\nspec: [1]\n', ['shop.yaml:3: spec: must be a mapping']],
  ['- kind: Team\n', ['shop.yaml:1: must be a mapping with kind, metadata and spec']],
  [
    'kind: Team\nmetadata: {name: a}\nspec:\n  n: .inf\n',
    ['shop.yaml:4: spec.n: is a number that can not be kept; write it in quotes'],
  ],
  [
    'kind: Team\nmetadata: {name: a}\nspec:\n  n: 12345678901234567890\n',
    ['shop.yaml:4: spec.n: is a number that can not be kept; write it in quotes'],
  ],
])('%j is told', (text, problems) => {
  expect(problemsOf(text)).toEqual(problems);
});

test.each([
  ['kind: Team\nmetadata: {name: a\nspec: {}\n', 3],
  ['kind: Team\nkind: Team\n', 2],
  ['kind: Team\nmetadata: {name: a}\nspec: {a: *nothing}\n', 3],
])('YAML that is none is told with its line: %j', (text, line) => {
  const { problems, documents } = read(text);
  expect(documents).toEqual([]);
  expect(problems[0]).toMatchObject({ source: 'shop.yaml', line });
});

test('aliases that would grow without end are refused', () => {
  const grow = 'abcdefghij'.split('').map((key, index, all) => {
    const before = all[index - 1];
    return `  ${key}: &${key} [${before ? Array(9).fill(`*${before}`).join(', ') : '1, 2'}]`;
  });
  const { documents, problems } = read(`kind: Team\nmetadata: {name: a}\nspec:\n${grow.join('\n')}\n`);
  expect(documents).toEqual([]);
  expect(problems).toHaveLength(1);
});

import { AskResponse } from '@omnigate/contracts';
import { gradeOf, summarise } from './grades';
import { readQuestions } from './labelled-questions';

const evidence = (...names: string[]) => ({
  rules: [],
  questions: [
    {
      text: '',
      decision: '',
      candidates: names.map((article_name, index) => ({ article_name, total: -index })),
    },
  ],
});
const reply = (articles: string[], ...names: string[]) =>
  AskResponse.fromPartial({
    actions: [{ kind: { $case: 'reply', value: { articles } } }],
    evidence: evidence(...names),
  });
const clarify = (...names: string[]) =>
  AskResponse.fromPartial({
    actions: [{ kind: { $case: 'clarify', value: { options: names.map((id) => ({ id })) } } }],
    evidence: evidence(...names),
  });
const handOver = AskResponse.fromPartial({
  actions: [{ kind: { $case: 'handOver', value: {} } }],
  evidence: evidence(),
});

const inScope = { text: 'q', labels: ['a', 'b'] };
const outside = { text: 'q', labels: [] };

test('answers are graded by their labels', () => {
  expect(gradeOf(inScope, reply(['b'], 'b', 'c'))).toMatchObject({
    outcome: 'answered',
    right: true,
    top1: true,
    top3: true,
  });
  expect(gradeOf(inScope, reply(['c'], 'c', 'd', 'a'))).toMatchObject({
    right: false,
    top1: false,
    top3: true,
  });
  expect(gradeOf(inScope, reply(['c'], 'c', 'd', 'e', 'a'))).toMatchObject({ top3: false });
  expect(gradeOf(inScope, clarify('c', 'b'))).toMatchObject({
    outcome: 'asked_back',
    right: true,
    top1: false,
  });
  expect(gradeOf(inScope, handOver)).toMatchObject({ outcome: 'handed_over', right: false });
  expect(gradeOf(outside, handOver)).toMatchObject({ right: true, top1: false });
  expect(gradeOf(outside, reply(['a'], 'a'))).toMatchObject({ right: false });
});

test('an answer that a rule gave without a look-up counts by its articles', () => {
  expect(gradeOf(inScope, reply(['a']))).toMatchObject({ right: true, top1: true, candidates: ['a'] });
});

test('figures are shares of what they are about', () => {
  const grades = [
    gradeOf(inScope, reply(['a'], 'a')),
    gradeOf(inScope, reply(['c'], 'c', 'a')),
    gradeOf(inScope, clarify('a', 'c')),
    gradeOf(outside, handOver),
    gradeOf(outside, reply(['a'], 'a')),
  ];
  expect(summarise(grades)).toEqual({
    questions: 5,
    in_scope: 3,
    top1: 2 / 3,
    top3: 1,
    answered: 3,
    answered_right: 1,
    answered_precision: 1 / 3,
    asked_back: 1,
    asked_back_right: 1,
    handed_over: 1,
    handed_over_right: 1,
    out_of_scope_not_answered: 0.5,
  });
  expect(summarise([])).toMatchObject({
    top1: null,
    answered_precision: null,
    out_of_scope_not_answered: null,
  });
});

test('questions are read with their labels', () => {
  const csv = 'text,category\n"a, b",x|y\nc,OOS\nd,\n';
  expect(readQuestions({ name: 'q.csv', text: csv })).toEqual([
    { text: 'a, b', labels: ['x', 'y'] },
    { text: 'c', labels: [] },
    { text: 'd', labels: [] },
  ]);
  const json = '[{"query": "a", "labels": ["x"]}]';
  expect(readQuestions({ name: 'q.json', text: json })).toEqual([{ text: 'a', labels: ['x'] }]);
  expect(() => readQuestions({ name: 'q.csv', text: 'text,labels\n ,x\n' })).toThrow('q.csv:2: text');
  expect(() => readQuestions({ name: 'q.csv', text: 'text\nx\n' })).toThrow('q.csv:2: labels');
});

import type { AskResponse } from '@omnigate/contracts';
import { readEvidence } from './evidence';
import type { LabelledQuestion } from './labelled-questions';

/** What the bot did with a question. */
export type Outcome = 'answered' | 'asked_back' | 'handed_over';

/** A question with what came of it. */
export interface Grade {
  text: string;
  labels: string[];
  outcome: Outcome;
  /** Names of the candidates, the best first; empty where a rule decided before any look-up. */
  candidates: string[];
  rules: string[];
  top1: boolean;
  top3: boolean;
  /** What the bot did is what it should: a right answer, a right one among the options, or a person where none answers. */
  right: boolean;
}

/** How well the bot did; shares are 0 to 1, null where there is nothing to share. */
export interface Summary {
  questions: number;
  in_scope: number;
  top1: number | null;
  top3: number | null;
  answered: number;
  answered_right: number;
  answered_precision: number | null;
  asked_back: number;
  asked_back_right: number;
  handed_over: number;
  handed_over_right: number;
  /** Share of the questions that no article answers which were not answered. */
  out_of_scope_not_answered: number | null;
}

/**
 * Grades one answer.
 *
 * @param question with its labels.
 * @param response asked with `explain`.
 */
export function gradeOf({ text, labels }: LabelledQuestion, response: AskResponse): Grade {
  const evidence = readEvidence(response.evidence);
  const ranked = evidence.questions.flatMap((each) => each.candidates).sort((a, b) => b.total - a.total);
  const candidates = [...new Set(ranked.map(({ article_name }) => article_name))];
  const kind = response.actions[0]?.kind;
  const isLabel = (name: string): boolean => labels.includes(name);
  const named = {
    reply: kind?.$case === 'reply' ? kind.value.articles : [],
    clarify: kind?.$case === 'clarify' ? kind.value.options.map(({ id }) => id) : [],
  };
  // Rules may answer without a look-up.
  const first = candidates[0] ?? named.reply[0];
  const grade = {
    text,
    labels,
    candidates: candidates.length > 0 ? candidates : named.reply,
    rules: evidence.rules,
    top1: first !== undefined && isLabel(first),
    top3: (candidates.length > 0 ? candidates : named.reply).slice(0, 3).some(isLabel),
  };
  if (kind?.$case === 'reply') return { ...grade, outcome: 'answered', right: named.reply.some(isLabel) };
  if (kind?.$case === 'clarify')
    return { ...grade, outcome: 'asked_back', right: named.clarify.some(isLabel) };
  return { ...grade, outcome: 'handed_over', right: labels.length === 0 };
}

const share = (part: number, all: number): number | null => (all === 0 ? null : part / all);

/**
 * Puts grades together.
 *
 * @param grades of all questions.
 */
export function summarise(grades: readonly Grade[]): Summary {
  const inside = grades.filter(({ labels }) => labels.length > 0);
  const outside = grades.filter(({ labels }) => labels.length === 0);
  const of = (outcome: Outcome) => grades.filter((grade) => grade.outcome === outcome);
  const right = (some: readonly Grade[]): number => some.filter((grade) => grade.right).length;
  return {
    questions: grades.length,
    in_scope: inside.length,
    top1: share(inside.filter(({ top1 }) => top1).length, inside.length),
    top3: share(inside.filter(({ top3 }) => top3).length, inside.length),
    answered: of('answered').length,
    answered_right: right(of('answered')),
    answered_precision: share(right(of('answered')), of('answered').length),
    asked_back: of('asked_back').length,
    asked_back_right: right(of('asked_back')),
    handed_over: of('handed_over').length,
    handed_over_right: right(of('handed_over')),
    out_of_scope_not_answered: share(
      outside.filter(({ outcome }) => outcome !== 'answered').length,
      outside.length,
    ),
  };
}

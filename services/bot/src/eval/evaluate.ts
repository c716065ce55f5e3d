import { type BotSettings, botSettings } from '../domain/bot-settings';
import type { KnowledgeArticle } from '../domain/knowledge-article';
import { createBook } from '../domain/knowledge-book';
import { detectLanguage, languageOfLocale } from '../domain/language';
import { type Lookup, lookUp } from '../domain/question-lookup';
import { areaUnderRoc, coverageAtPrecision, type GradedQuestion } from './metrics';

/** A question with what a good bot does with it. */
export interface EvaluationQuestion {
  text: string;
  /** Names of the articles that answer it; empty where none does and a person must. */
  articles: readonly string[];
}

/** How well knowledge answers questions. Shares are 0 to 1; those of nothing are undefined. */
export interface Evaluation {
  questions: number;
  /** Questions that an article answers. */
  inScope: number;
  /** Share of those whose first candidate is right, and whose first three hold a right one. */
  top1: number | undefined;
  top3: number | undefined;
  /** Chance that a question with an answer scores above one without. */
  auroc: number | undefined;
  /** Share answered rightly with a threshold for 90 % precision, chosen on one half and applied to the other. */
  coverageAtP90: number | undefined;
  /** The precision that this threshold reached. */
  precisionAtP90: number | undefined;
  /** With the thresholds of the settings: how many questions each way, and how many of them rightly. */
  answered: { count: number; right: number };
  clarified: { count: number; right: number };
  handedOver: { count: number; right: number };
  /** What went wrong, for people to read. */
  mistakes: {
    text: string;
    expected: readonly string[];
    candidates: string[];
    decision: string;
    score: number;
  }[];
}

interface Graded extends GradedQuestion {
  question: EvaluationQuestion;
  lookup: Lookup;
}

const share = (part: number, all: number): number | undefined => (all === 0 ? undefined : part / all);

function outcomes(graded: readonly Graded[], decision: Lookup['decision']): { count: number; right: number } {
  const own = graded.filter(({ lookup }) => lookup.decision === decision);
  const isRight = (one: Graded): boolean =>
    decision === 'answer' ? one.top1 : decision === 'clarify' ? one.top3 : !one.inScope;
  return { count: own.length, right: own.filter(isRight).length };
}

function mistakesOf(graded: readonly Graded[]): Evaluation['mistakes'] {
  return graded
    .filter((one) => (one.inScope ? !one.top1 : one.lookup.decision === 'answer'))
    .map(({ question, lookup }) => ({
      text: question.text,
      expected: question.articles,
      candidates: lookup.articles.map((article) => article.name),
      decision: lookup.decision,
      score: lookup.score,
    }));
}

/** Puts the figures together. */
function summarise(graded: readonly Graded[]): Evaluation {
  const inside = graded.filter((one) => one.inScope);
  const covered = inside.length === 0 ? undefined : coverageAtPrecision(graded, 0.9);
  return {
    questions: graded.length,
    inScope: inside.length,
    top1: share(inside.filter((one) => one.top1).length, inside.length),
    top3: share(inside.filter((one) => one.top3).length, inside.length),
    auroc: inside.length === 0 || inside.length === graded.length ? undefined : areaUnderRoc(graded),
    coverageAtP90: covered?.coverage,
    precisionAtP90: covered?.precision,
    answered: outcomes(graded, 'answer'),
    clarified: outcomes(graded, 'clarify'),
    handedOver: outcomes(graded, 'none'),
    mistakes: mistakesOf(graded),
  };
}

/**
 * Looks questions up as the bot does, rules and dialogue apart, and grades the outcome.
 *
 * @param locale the tenant's; decides where a text does not tell its language
 * @param now milliseconds since 1970; articles out of their validity are not used
 */
export function evaluate(
  articles: readonly Omit<KnowledgeArticle, 'id'>[],
  questions: readonly EvaluationQuestion[],
  o: { settings?: Partial<BotSettings>; locale: string; now: number },
): Evaluation {
  const settings = botSettings(o.settings);
  const book = createBook(articles, settings);
  const hint = languageOfLocale(o.locale);
  const options = { audience: 'everyone', now: o.now, thresholds: settings.thresholds, explain: false };
  return summarise(
    questions.map((question) => {
      const language = detectLanguage(question.text, hint) ?? hint;
      const lookup = lookUp(book, question.text, { ...options, language });
      const names = lookup.articles.map((article) => article.name);
      return {
        question,
        lookup,
        inScope: question.articles.length > 0,
        top1: names[0] !== undefined && question.articles.includes(names[0]),
        top3: names.some((name) => question.articles.includes(name)),
        score: lookup.score,
      };
    }),
  );
}

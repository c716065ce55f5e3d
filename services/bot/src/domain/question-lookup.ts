import type { CandidateEvidence, QuestionEvidence } from './bot-result';
import type { Thresholds } from './bot-settings';
import type { BookArticle, BookPart, KnowledgeBook } from './knowledge-book';
import type { Language } from './language';
import { maskPersonalData } from './personal-data';

/** What looking a question up gave. */
export interface Lookup {
  /** The question as the customer wrote it. */
  question: string;
  normalised: string;
  decision: 'answer' | 'clarify' | 'none';
  /** Best first; at most three. */
  articles: BookArticle[];
  /** The score of the first. */
  score: number;
  evidence: QuestionEvidence;
}

/** How a question is looked up. */
export interface LookupOptions {
  language: Language;
  audience: string;
  now: number;
  thresholds: Thresholds;
  explain: boolean;
}

const OFFERED = 3;
/** Some of the best may ask the same. */
const RANKED = 3 * OFFERED;
const SHOWN_FEATURES = 8;
const rounded = (value: number): number => Math.round(value * 1000) / 1000;

function candidatesOf(part: BookPart, normalised: string, o: LookupOptions): CandidateEvidence[] {
  const allowed = part.allowed?.(o.audience, o.now);
  const ranked = part.sameQuestions.once(part.ranker.rank(normalised, RANKED, allowed));
  const nameOf = (article: number): string => part.articles[article]?.name ?? '';
  return ranked.slice(0, OFFERED).map(({ article, found, retrieval, classifier, total }) => ({
    articleName: nameOf(article),
    ...(found !== article && { foundBy: nameOf(found) }),
    retrieval: rounded(retrieval),
    classifier: rounded(classifier),
    total: rounded(total),
    ...(o.explain && { features: part.ranker.explain(normalised, found, SHOWN_FEATURES) }),
  }));
}

function decide([first, second]: readonly CandidateEvidence[], thresholds: Thresholds): Lookup['decision'] {
  if (first === undefined || first.total < thresholds.clarify) return 'none';
  const lead = second === undefined ? Number.POSITIVE_INFINITY : first.total - second.total;
  return first.total >= thresholds.answer && lead >= thresholds.lead ? 'answer' : 'clarify';
}

/** Looks a question up among the articles of its language alone. */
export function lookUp(book: KnowledgeBook, question: string, o: LookupOptions): Lookup {
  const normalised = book.normalise(question);
  const part = book.parts.get(o.language);
  const candidates = part === undefined || normalised === '' ? [] : candidatesOf(part, normalised, o);
  const related = candidates.filter((candidate) => candidate.retrieval > 0);
  const decision = decide(related, o.thresholds);
  return {
    question,
    normalised,
    decision,
    score: related[0]?.total ?? Number.NEGATIVE_INFINITY,
    articles: related.flatMap((candidate) => book.byName.get(candidate.articleName) ?? []),
    evidence: { text: maskPersonalData(normalised), candidates, decision },
  };
}

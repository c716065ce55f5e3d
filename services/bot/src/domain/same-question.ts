import type { BookArticle } from './knowledge-book';
import type { Candidate } from './ranker';

/** Tells which articles ask the same thing, and which of them is to be used. */
export interface SameQuestions {
  /**
   * @param ranked candidates that may be used, best first
   * @returns one candidate for each question, best first: `article` is the one to use, `found` the one that was found
   */
  once(ranked: readonly Candidate[]): (Candidate & { found: number })[];
}

/** For some people or some time before for all, always; then what stands later in the book. */
function comesBefore(articles: readonly BookArticle[], a: number, b: number): boolean {
  const limits = (article: BookArticle | undefined): number =>
    Number(article?.audience !== 'everyone') * 2 +
    Number(article?.valid_from !== undefined || article?.valid_until !== undefined);
  const more = limits(articles[a]) - limits(articles[b]);
  return more !== 0 ? more > 0 : a > b;
}

/**
 * Groups the articles of a book by their question, so that a customer is never asked to choose between two lines that
 * read the same, as after an import beside what was there.
 *
 * @param articles of one language, the oldest first
 * @param questions their normalised questions, in the same order
 */
export function groupSameQuestions(
  articles: readonly BookArticle[],
  questions: readonly string[],
): SameQuestions {
  const first = new Map<string, number>();
  const groups = questions.map((question, article) => {
    const group = first.get(question) ?? article;
    first.set(question, group);
    return group;
  });
  return {
    once(ranked) {
      const kept = new Map<number | undefined, Candidate & { found: number }>();
      for (const candidate of ranked) {
        const group = groups[candidate.article];
        const known = kept.get(group);
        if (known === undefined) kept.set(group, { ...candidate, found: candidate.article });
        else if (comesBefore(articles, candidate.article, known.article)) known.article = candidate.article;
      }
      return [...kept.values()];
    },
  };
}

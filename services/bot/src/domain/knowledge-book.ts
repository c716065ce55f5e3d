import { type BotSettings, botSettings } from './bot-settings';
import type { KnowledgeArticle } from './knowledge-article';
import { type Language, languageOfLocale } from './language';
import { createNormaliser, type Normalise } from './normalise';
import { buildRanker, type Ranker } from './ranker';
import { groupSameQuestions, type SameQuestions } from './same-question';
import { type TicketType, titleOf } from './ticket-type';

/** An article in a book; ids are left out, since tenants with equal articles share a book. */
export type BookArticle = Omit<KnowledgeArticle, 'id'>;

/** The articles of one language with their ranker. */
export interface BookPart {
  articles: readonly BookArticle[];
  ranker: Ranker;
  sameQuestions: SameQuestions;
  /** Whether an article of the part may be used for an audience at a time; undefined if all may be, always. */
  allowed?: (audience: string, now: number) => (article: number) => boolean;
}

/** A tenant's knowledge, ready to be asked. */
export interface KnowledgeBook {
  normalise: Normalise;
  parts: ReadonlyMap<Language, BookPart>;
  byName: ReadonlyMap<string, BookArticle>;
}

const timeOf = (text: string | undefined, otherwise: number): number =>
  text === undefined ? otherwise : Date.parse(text);

function filterOf(articles: readonly BookArticle[]): BookPart['allowed'] {
  const limits = articles.map((article) => ({
    audience: article.audience,
    from: timeOf(article.valid_from, Number.NEGATIVE_INFINITY),
    until: timeOf(article.valid_until, Number.POSITIVE_INFINITY),
  }));
  if (
    articles.every(
      (article) => article.audience === 'everyone' && !article.valid_from && !article.valid_until,
    )
  ) {
    return undefined;
  }
  return (audience, now) => (article) => {
    const limit = limits[article];
    if (limit === undefined) return false;
    return (
      (limit.audience === 'everyone' || limit.audience === audience) && limit.from <= now && now < limit.until
    );
  };
}

const TICKET_NAME = /^#ticket:(.+)\/(?:zh|en)$/;

/** The name that stands for a ticket among the articles; no article has such a name. */
export const ticketOption = (type: TicketType, language: Language): string =>
  `#ticket:${type.name}/${language === 'zh' ? 'zh' : 'en'}`;

/** The type of ticket that a name among the articles stands for; undefined for an article's. */
export const ticketNameOf = (name: string): string | undefined => TICKET_NAME.exec(name)?.[1];

/** What people write who want a ticket is looked up as articles are; one in a language without examples is not. */
function articlesOfTickets(types: readonly TicketType[]): BookArticle[] {
  return types.flatMap((type) =>
    (['zh', 'en'] as const)
      .filter((language) => type.spec.examples[language].length > 0)
      .map((language) => ({
        name: ticketOption(type, language),
        language,
        audience: 'everyone',
        question: titleOf(type, language),
        variants: [...type.spec.examples[language]],
        answer: titleOf(type, language),
        handling: 'answer' as const,
      })),
  );
}

function phrasingsOf(article: BookArticle, normalise: Normalise): string[] {
  const phrasings = [article.question, ...article.variants]
    .map(normalise)
    .filter((phrasing) => phrasing !== '');
  return phrasings.length > 0 ? [...new Set(phrasings)] : [article.question];
}

/**
 * Builds a book, yielding often, so that a caller may answer other questions in between.
 *
 * @param given articles with unique names, the oldest first
 * @param settings only the colloquial phrases and the tickets matter here
 */
export function* buildBook(
  given: readonly BookArticle[],
  settings: Pick<BotSettings, 'colloquialPhrases' | 'ticketTypes'>,
): Generator<void, KnowledgeBook> {
  const articles = [...given, ...articlesOfTickets(settings.ticketTypes)];
  const normalise = createNormaliser(settings.colloquialPhrases);
  const byLanguage = Map.groupBy(articles, (article) => languageOfLocale(article.language));
  const parts = new Map<Language, BookPart>();
  for (const [language, own] of byLanguage) {
    const phrased: { phrasings: string[] }[] = [];
    for (const article of own) {
      phrased.push({ phrasings: phrasingsOf(article, normalise) });
      if (phrased.length % 50 === 0) yield;
    }
    const ranker = yield* buildRanker(phrased);
    const allowed = filterOf(own);
    const sameQuestions = groupSameQuestions(
      own,
      own.map((article) => normalise(article.question) || article.question),
    );
    parts.set(language, { articles: own, ranker, sameQuestions, ...(allowed && { allowed }) });
  }
  return { normalise, parts, byName: new Map(articles.map((article) => [article.name, article])) };
}

/** Runs buildBook to its end. */
export function createBook(
  articles: readonly BookArticle[],
  settings: Partial<BotSettings> = {},
): KnowledgeBook {
  const building = buildBook(articles, botSettings(settings));
  let step = building.next();
  while (!step.done) step = building.next();
  return step.value;
}

/** Whether an article may be used for an audience at a time. */
export function isInForce(article: BookArticle, audience: string, now: number): boolean {
  return filterOf([article])?.(audience, now)(0) ?? true;
}

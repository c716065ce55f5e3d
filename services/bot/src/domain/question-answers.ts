import { type ClarifyOption, PERSON_OPTION } from './bot-result';
import { type BookArticle, ticketNameOf } from './knowledge-book';
import { clarifyText, cutText, joinAnswers } from './message-text';
import { foldText } from './normalise';
import type { Lookup } from './question-lookup';
import { isQuestion, type Sentence, splitSentences } from './sentences';
import { beginTicket } from './ticket-flow';
import { handOver, type Outcome, type Turn } from './turn';
import { look } from './turn-lookup';

const LONGEST_QUOTE = 40;
const MOST_ANSWERS = 4;
/** A ticket needs more likeness than the classifier's word: with few articles that is sure of everything. */
const LEAST_LIKENESS = 0.25;
/** A question is one for the knowledge, unless it is nearly an example of the ticket's. */
const QUESTION_LIKENESS = 0.6;

/** The sentences of the open messages that are neither small talk nor choices. */
export function questionsOf(turn: Turn, skip: (text: string) => boolean = () => false): Sentence[] {
  return turn.open
    .filter((message) => !skip(message.text))
    .flatMap((message) => splitSentences(message.text))
    .filter((sentence) => turn.bot.rules.smallTalk(foldText(sentence.text)) === undefined)
    .slice(0, 12);
}

const CLAUSE_END = /[,，、]|\s(?:and|also)\s|另外|还有/;

/** A sentence whose clauses ask for different articles is several questions (`物业费怎么交，停车费多少钱`). */
function lookUpSentence(turn: Turn, text: string): Lookup[] {
  const whole = look(turn, text);
  const clauses = text.split(CLAUSE_END).filter((clause) => clause.trim().length > 2);
  if (clauses.length < 2 || clauses.length > 4) return [whole];
  const parts = clauses.map((clause) => look(turn, clause)).filter((lookup) => lookup.decision === 'answer');
  const different = new Set(parts.map((lookup) => lookup.articles[0]));
  return different.size > 1 ? parts : [whole];
}

/**
 * Looks up the sentences one by one, and all together where none alone has an answer: people spread one question over
 * several messages, and put several into one.
 */
function lookUpAll(
  turn: Turn,
  sentences: readonly Sentence[],
): { lookups: Lookup[]; best: Lookup } | undefined {
  const lookups = sentences.flatMap((sentence) => lookUpSentence(turn, sentence.text));
  const first = lookups[0];
  if (first === undefined) return undefined;
  let best = lookups.reduce((a, b) => (b.score > a.score ? b : a), first);
  if (lookups.length > 1 && best.decision !== 'answer') {
    const joined = look(turn, sentences.map((sentence) => sentence.text).join(' '));
    if (joined.score > best.score) best = joined;
  }
  turn.questions.push(...lookups.map((lookup) => lookup.evidence));
  if (!lookups.includes(best)) turn.questions.push(best.evidence);
  return { lookups, best };
}

const isArticle = ({ name }: BookArticle): boolean => ticketNameOf(name) === undefined;

function articlesAnswered(lookups: readonly Lookup[]): BookArticle[] {
  const articles = lookups.flatMap((lookup) =>
    lookup.decision === 'answer' ? lookup.articles.slice(0, 1).filter(isArticle) : [],
  );
  return [...new Set(articles)].slice(0, MOST_ANSWERS);
}

function isRepeat(turn: Turn, question: string, articles: readonly BookArticle[]): boolean {
  const { last } = turn.state;
  if (last === undefined) return false;
  const minutes = (turn.input.now - last.at) / 60_000;
  if (minutes > turn.bot.settings.repeatMinutes) return false;
  return last.question === question && articles.every((article) => last.articles.includes(article.name));
}

/** Answers with some articles; what is left open is said. */
export function reply(
  turn: Turn,
  articles: readonly BookArticle[],
  question: string,
  left: readonly string[],
): Outcome {
  const rest = left[0] === undefined ? '' : quote(turn, left[0]);
  const room = turn.input.limits.maxCharacters - (rest === '' ? 0 : rest.length + 2);
  const { text, held } = joinAnswers(articles, Math.max(1, room));
  const used = articles.slice(0, held);
  const names = used.map((article) => article.name);
  const full = rest === '' ? text : cutText(`${text}\n\n${rest}`, turn.input.limits.maxCharacters);
  const first = names[0] ?? '';
  return {
    action: {
      kind: 'reply',
      text: full,
      articleId: turn.bot.idOf(first),
      articleName: first,
      articleNames: names,
    },
    state: {
      v: 1,
      options: [],
      failed: 0,
      last: { question, articles: names, at: turn.input.now },
      tried: [...turn.state.tried, ...names],
    },
    ...(left[0] !== undefined && { unresolved: left[0] }),
  };
}

const quote = (turn: Turn, question: string): string =>
  turn.texts.partlyUnanswered.replace('{question}', () => cutText(question.trim(), LONGEST_QUOTE));

/** Answers, unless a person must, or the same was answered just now. */
export function answer(
  turn: Turn,
  articles: readonly BookArticle[],
  question: string,
  left: readonly string[] = [],
): Outcome {
  const forPerson = articles.find((article) => article.handling === 'human');
  if (forPerson !== undefined) {
    return handOver(turn, 'ARTICLE_NEEDS_PERSON', { before: forPerson.answer, tried: [forPerson.name] });
  }
  if (isRepeat(turn, question, articles)) {
    return handOver(turn, 'REPEATED_QUESTION', { tried: articles.map((article) => article.name) });
  }
  return reply(turn, articles, question, left);
}

function clarify(turn: Turn, lookup: Lookup): Outcome {
  const failed = turn.state.options.length > 0 ? turn.state.failed + 1 : 0;
  const tried = lookup.articles.filter(isArticle).map((article) => article.name);
  if (failed >= turn.bot.settings.failedClarifications) {
    return handOver(turn, 'CLARIFICATION_FAILED', { tried, unresolved: lookup.question });
  }
  const options: ClarifyOption[] = [
    ...lookup.articles.map((article) => ({ id: article.name, label: article.question })),
    { id: PERSON_OPTION, label: turn.texts.noneOfThese },
  ];
  const lead = failed > 0 ? turn.texts.clarifyAgain : turn.texts.clarify;
  return {
    action: { kind: 'clarify', text: clarifyText(lead, options, turn.texts, turn.input.limits), options },
    state: {
      v: 1,
      options: options.map((option) => option.id),
      question: lookup.normalised,
      failed,
      ...(turn.state.last && { last: turn.state.last }),
      tried: [...turn.state.tried, ...tried],
    },
  };
}

/** The ticket that a sentence asks for in words like its examples. */
function ticketFor(turn: Turn, lookups: readonly Lookup[]): Outcome | undefined {
  for (const { question, decision, articles, evidence } of lookups) {
    const type = ticketNameOf(articles[0]?.name ?? '');
    const form = type === undefined ? undefined : turn.bot.rules.tickets.get(type);
    const likeness = evidence.candidates[0]?.retrieval ?? 0;
    const least = isQuestion(question) ? QUESTION_LIKENESS : LEAST_LIKENESS;
    if (form !== undefined && decision === 'answer' && likeness >= least) return beginTicket(turn, form);
  }
  return undefined;
}

/** Answers, asks back or gives up, for sentences that meet no rule. */
export function answerQuestions(turn: Turn, sentences: readonly Sentence[]): Outcome | undefined {
  const found = lookUpAll(turn, sentences);
  if (found === undefined) return undefined;
  const { lookups, best } = found;
  const ticket = ticketFor(turn, [best, ...lookups]);
  if (ticket !== undefined) return ticket;
  const known = lookups.map((lookup) => lookup.normalised).join('|');
  const articles = articlesAnswered(lookups);
  if (articles.length > 0) {
    // What is told around a question is no question; what is asked and not answered is.
    const asked = new Set(sentences.filter((sentence) => sentence.asks).map((sentence) => sentence.text));
    const left = lookups.filter((lookup) => lookup.decision !== 'answer' && asked.has(lookup.question));
    return answer(
      turn,
      articles,
      known,
      left.map((lookup) => lookup.question),
    );
  }
  if (best.decision === 'answer' && best.articles.slice(0, 1).every(isArticle))
    return answer(turn, best.articles.slice(0, 1), known);
  if (best.decision !== 'none') return clarify(turn, best);
  const asked = sentences.map((sentence) => sentence.text).join(' ');
  return handOver(turn, 'NO_ANSWER', { unresolved: asked, tried: [] });
}

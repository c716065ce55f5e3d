import type { ClarifyOption, HandoffFact } from './bot-result';
import { CANCEL_WORDS } from './data/ticket-words';
import type { Flow } from './dialogue-state';
import { ticketNameOf } from './knowledge-book';
import { systemLanguage } from './language';
import { clarifyText, cutText, fittingAnswer } from './message-text';
import { maskPersonalData } from './personal-data';
import { bareText } from './phrase-matcher';
import { isQuestion, splitSentences } from './sentences';
import { fillForm, knownValues } from './ticket-fill';
import { ticketSummary } from './ticket-summary';
import { type Slot, spoken, type TicketForm, titleOf } from './ticket-type';
import { wishedTicket } from './ticket-wish';
import { handOver, type Outcome, type Turn } from './turn';
import { look } from './turn-lookup';

/** How often a slot is asked for again before a person gets the conversation. */
const MOST_AGAIN = 2;
const CANCEL = new Set(CANCEL_WORDS.map(bareText));

/** The form that a conversation is in the middle of, with what is known. */
interface Going {
  form: TicketForm;
  flow: Flow;
}

function goingOn(turn: Turn): Going | undefined {
  const { flow } = turn.state;
  const form = flow && turn.bot.rules.tickets.get(flow.type);
  return flow && form ? { form, flow } : undefined;
}

/** What a person who takes over is told of a ticket that is not complete. */
export function ticketSoFar(turn: Turn): { wish?: string; facts?: HandoffFact[] } {
  const going = goingOn(turn);
  if (going === undefined) return {};
  const { form, flow } = going;
  const facts = form.slots.flatMap(({ name }) => {
    const value = flow.form[name];
    return value === undefined ? [] : [{ name, value: maskPersonalData(String(value)) }];
  });
  const summary = ticketSummary(form, flow.form, turn.language);
  return {
    wish: [titleOf(form.type, turn.language), summary].filter((part) => part !== '').join('：'),
    facts,
  };
}

/** Begins a ticket with what the open messages say already. */
export function beginTicket(turn: Turn, form: TicketForm): Outcome {
  turn.rules.push(`ticket:${form.type.name}`);
  const texts = turn.open.filter((message) => message.choiceId === undefined).map((message) => message.text);
  const values = texts
    .filter((text) => text.trim() !== '')
    .reduce(
      (known, text) => fillForm(turn, form, known, { text, asked: undefined }),
      knownValues(turn, form),
    );
  const flow = { type: form.type.name, form: values, asked: '', again: 0, at: turn.input.now };
  const begun = turn.texts.ticketBegun.replace('{type}', titleOf(form.type, turn.language));
  return goOn(turn, { form, flow }, begun);
}

/** Asks for what is missing, or has the ticket made. */
function goOn(turn: Turn, { form, flow }: Going, lead: string): Outcome {
  const slot = form.slots.find((each) => each.required && flow.form[each.name] === undefined);
  return slot === undefined ? makeTicket(turn, { form, flow }) : ask(turn, { form, flow }, slot, lead);
}

/** The id that a menu returns for a value. */
const valueId = (value: string): string => `#value:${value}`;

const optionsOf = (turn: Turn, slot: Slot): ClarifyOption[] =>
  slot.options.map(({ value, label }) => ({ id: valueId(value), label: spoken(label, turn.language) }));

/** As many choices as a menu shows well, and as a customer can answer by a digit. */
const MOST_OPTIONS = 9;

function ask(turn: Turn, { flow }: Going, slot: Slot, lead: string): Outcome {
  const options = slot.options.length > MOST_OPTIONS ? [] : optionsOf(turn, slot);
  // Numbered lines would make two meanings of `3` out of buildings that are numbers themselves.
  const listed = slot.kind !== 'choice' && !turn.input.limits.menu;
  const question = spoken(slot.property.ask ?? slot.property.title, turn.language);
  const list = listed && options.length > 0 ? `(${options.map((option) => option.label).join(' / ')})` : '';
  const text = [lead, question, list].filter((part) => part !== '').join(turn.language === 'zh' ? '' : ' ');
  const state = {
    ...{ v: 1 as const, options: [], failed: 0, tried: turn.state.tried },
    flow: { ...flow, asked: slot.name, at: turn.input.now },
  };
  if (options.length === 0 || listed) return { action: spokenReply(turn, text), state };
  const limits = turn.input.limits;
  return {
    action: { kind: 'clarify', text: clarifyText(text, options, turn.texts, limits), options },
    state,
  };
}

function spokenReply(turn: Turn, text: string) {
  const cut = cutText(text, turn.input.limits.maxCharacters);
  return { kind: 'reply' as const, text: cut, articleId: '', articleName: '', articleNames: [] };
}

function makeTicket(turn: Turn, { form, flow }: Going): Outcome {
  const summary = ticketSummary(form, flow.form, turn.language);
  const pictures = [...turn.pictures];
  const made = turn.texts.ticketMade
    .replace('{type}', titleOf(form.type, turn.language))
    .replace('{summary}', () => summary);
  const count =
    pictures.length > 0 ? turn.texts.withPictures.replace('{count}', String(pictures.length)) : '';
  const { type } = flow;
  const language = systemLanguage(turn.language);
  return {
    action: spokenReply(
      turn,
      [made, count].filter((part) => part !== '').join(turn.language === 'zh' ? '' : ' '),
    ),
    effects: [{ kind: 'create_ticket', type, form: flow.form, summary, pictures, language }],
    state: { v: 1, options: [], failed: 0, tried: turn.state.tried, pictures: [] },
  };
}

function cancel(turn: Turn): Outcome {
  turn.rules.push('ticket:cancelled');
  const state = { v: 1 as const, options: [], failed: 0, tried: turn.state.tried, pictures: [] };
  return { action: spokenReply(turn, turn.texts.ticketCancelled), state };
}

/** A question of the knowledge in between is answered, and the ticket goes on. */
function digress(turn: Turn, { form, flow }: Going, texts: readonly string[]): Outcome | undefined {
  const questions = texts.flatMap((text) => splitSentences(text)).filter(({ text }) => isQuestion(text));
  for (const { text } of questions) {
    const found = look(turn, text);
    const [article] = found.articles;
    if (found.decision !== 'answer' || article === undefined || ticketNameOf(article.name) !== undefined)
      continue;
    turn.questions.push(found.evidence);
    turn.rules.push('ticket:digression');
    const rest = goOn(turn, { form, flow }, '');
    const again = rest.action.kind === 'hand_over' ? '' : rest.action.text;
    const room = Math.max(1, turn.input.limits.maxCharacters - again.length - 2);
    const said = `${fittingAnswer(article, room)}\n\n${again}`;
    return { ...rest, action: withText(rest.action, said, article.name, turn) };
  }
  return undefined;
}

function withText(action: Outcome['action'], text: string, article: string, turn: Turn): Outcome['action'] {
  if (action.kind === 'clarify') return { ...action, text };
  return {
    kind: 'reply',
    text,
    articleId: turn.bot.idOf(article),
    articleName: article,
    articleNames: [article],
  };
}

/** What the open messages say to the slot that was asked for, and to all others. */
function fill(turn: Turn, { form, flow }: Going, asked: Slot | undefined): Flow['form'] {
  let known = flow.form;
  for (const message of turn.open) {
    const picked = asked?.options.find((option) => valueId(option.value) === message.choiceId);
    if (picked && asked) known = { ...known, [asked.name]: picked.value };
    else if (message.text.trim() !== '')
      known = fillForm(turn, form, known, { text: message.text, asked: still(known, asked) });
  }
  return known;
}

/** Of several messages the first that answers does: the others say something else. */
const still = (known: Flow['form'], asked: Slot | undefined): Slot | undefined =>
  asked?.kind === 'text' && known[asked.name] !== undefined ? undefined : asked;

/**
 * Goes on with the ticket that a conversation is in the middle of.
 *
 * @returns undefined where there is none
 */
export function continueTicket(turn: Turn): Outcome | undefined {
  const going = goingOn(turn);
  if (going === undefined) return undefined;
  const { form, flow } = going;
  const texts = turn.open.filter((message) => message.folded !== '').map((message) => message.text);
  if (turn.open.some((message) => CANCEL.has(bareText(message.folded)))) return cancel(turn);
  const asked = form.slots.find((slot) => slot.name === flow.asked);
  const other =
    asked?.kind === 'text'
      ? undefined
      : texts.map((text) => wishedTicket(turn, text)).find((found) => found && found !== form);
  if (other) return beginTicket(turn, other);
  const values = fill(turn, going, asked);
  const isNews = JSON.stringify(values) !== JSON.stringify(flow.form);
  if (!isNews || asked?.kind === 'text') {
    const digression = digress(turn, going, texts);
    if (digression !== undefined) return digression;
  }
  turn.rules.push(`ticket:${flow.type}`);
  return next(
    turn,
    { form, flow: { ...flow, form: values } },
    { isNews, isSilent: texts.length === 0 && !isNews },
  );
}

function next(turn: Turn, { form, flow }: Going, o: { isNews: boolean; isSilent: boolean }): Outcome {
  if (o.isNews) return goOn(turn, { form, flow: { ...flow, again: 0 } }, '');
  if (o.isSilent && turn.open.some((message) => message.pictures?.length))
    return goOn(turn, { form, flow }, turn.texts.pictureKept);
  if (flow.again >= MOST_AGAIN) {
    const open = form.slots.filter((slot) => slot.required && flow.form[slot.name] === undefined);
    const openQuestions = open.map((slot) => spoken(slot.property.ask ?? slot.property.title, turn.language));
    return handOver(turn, 'TICKET_INCOMPLETE', { ...ticketSoFar(turn), openQuestions });
  }
  return goOn(turn, { form, flow: { ...flow, again: flow.again + 1 } }, turn.texts.askAgain);
}

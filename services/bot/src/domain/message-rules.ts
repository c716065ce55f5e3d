import type { BotSettings, MustBotRule, MustHumanRule, SmallTalk } from './bot-settings';
import { foldText } from './normalise';
import { bareText, createPhraseMatcher, createPhraseSorter } from './phrase-matcher';
import { keywordsOf, type TicketForm, ticketForm } from './ticket-type';

/** A tenant's rules, ready to be tried on messages. */
export interface MessageRules {
  /** The first must-human rule that a text meets. */
  mustHuman(folded: string): MustHumanRule | undefined;
  /** The first must-bot rule that a text meets. */
  mustBot(folded: string): MustBotRule | undefined;
  /** The small talk that a text is, if nothing more. */
  smallTalk(folded: string): SmallTalk | undefined;
  /** The kind of ticket whose keyword a text holds. */
  ticketNamed(folded: string): TicketForm | undefined;
  /** What a kind of ticket asks for, by the type's name. */
  tickets: ReadonlyMap<string, TicketForm>;
}

/** Compiles the rules of a tenant. */
export function createMessageRules(settings: BotSettings): MessageRules {
  const human = createPhraseSorter(
    settings.mustHumanRules.map((rule) => ({ label: rule, phrases: rule.phrases })),
  );
  const whole = new Map<string, MustHumanRule>();
  for (const rule of settings.mustHumanRules) {
    for (const phrase of rule.whole ?? []) whole.set(bareText(foldText(phrase)), rule);
  }
  const bot = createPhraseSorter(
    settings.mustBotRules.map((rule) => ({ label: rule, phrases: rule.phrases })),
  );
  const botPhrases = createPhraseMatcher(settings.mustBotRules.flatMap((rule) => rule.phrases));
  const forms = settings.ticketTypes.map(ticketForm);
  const tickets = createPhraseSorter(forms.map((form) => ({ label: form, phrases: keywordsOf(form.type) })));
  const ticketWords = createPhraseMatcher(settings.ticketTypes.flatMap(keywordsOf));
  const talk = new Map<string, SmallTalk>();
  for (const kind of settings.smallTalk)
    for (const phrase of kind.phrases) talk.set(bareText(foldText(phrase)), kind);
  return {
    mustHuman(folded) {
      // A wish that a ticket is for needs no person: `投诉` where there are complaints.
      const rest = ticketWords.cut(botPhrases.cut(folded));
      return whole.get(bareText(rest)) ?? human.first(rest);
    },
    mustBot: (folded) => bot.first(folded),
    ticketNamed: (folded) => tickets.first(folded),
    tickets: new Map(forms.map((form) => [form.type.name, form])),
    smallTalk: (folded) => talk.get(bareText(folded)),
  };
}

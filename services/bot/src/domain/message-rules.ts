import type { BotSettings, MustBotRule, MustHumanRule, SmallTalk } from './bot-settings';
import { foldText } from './normalise';
import { bareText, createPhraseMatcher } from './phrase-matcher';

/** A tenant's rules, ready to be tried on messages. */
export interface MessageRules {
  /** The first must-human rule that a text meets. */
  mustHuman(folded: string): MustHumanRule | undefined;
  /** The first must-bot rule that a text meets. */
  mustBot(folded: string): MustBotRule | undefined;
  /** The small talk that a text is, if nothing more. */
  smallTalk(folded: string): SmallTalk | undefined;
}

/** Compiles the rules of a tenant. */
export function createMessageRules(settings: BotSettings): MessageRules {
  const human = settings.mustHumanRules.map((rule) => ({
    rule,
    matcher: createPhraseMatcher(rule.phrases),
    whole: new Set((rule.whole ?? []).map((phrase) => bareText(foldText(phrase)))),
  }));
  const bot = settings.mustBotRules.map((rule) => ({ rule, matcher: createPhraseMatcher(rule.phrases) }));
  const talk = new Map<string, SmallTalk>();
  for (const kind of settings.smallTalk)
    for (const phrase of kind.phrases) talk.set(bareText(foldText(phrase)), kind);
  return {
    mustHuman(folded) {
      const rest = bot.reduce((text, { matcher }) => matcher.cut(text), folded);
      const bare = bareText(rest);
      return human.find(({ matcher, whole }) => whole.has(bare) || matcher.test(rest))?.rule;
    },
    mustBot: (folded) => bot.find(({ matcher }) => matcher.test(folded))?.rule,
    smallTalk: (folded) => talk.get(bareText(folded)),
  };
}

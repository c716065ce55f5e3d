import { MUST_BOT_RULES, MUST_HUMAN_RULES } from './data/must-human-rules';
import { SMALL_TALK } from './data/small-talk';
import type { ColloquialPhrase } from './normalise';
import type { TicketType } from './ticket-type';

/** Words that send a conversation to a person. Phrases in Latin letters match whole words; nothing minds case. */
export interface MustHumanRule {
  /** Shown in evidence. */
  name: string;
  reason: 'CUSTOMER_ASKED' | 'SENSITIVE_TOPIC';
  /** Found anywhere in a message. */
  phrases: readonly string[];
  /** Found only as a whole message. */
  whole?: readonly string[];
}

/** Words that stay with the bot: no must-human rule sees them, and an article may be named that answers them. */
export interface MustBotRule {
  name: string;
  phrases: readonly string[];
  /** Name of the article that answers, whatever its score. */
  article?: string;
}

/** A kind of small talk: messages that are one of the phrases and nothing more. */
export interface SmallTalk {
  name: string;
  phrases: readonly string[];
  /** The reply by language; English where the customer's is missing. */
  replies: Readonly<Record<string, string>> & { en: string };
  /** Said after an answer, it ends the conversation: the customer says that the matter is solved. */
  resolves?: boolean;
}

/** Total scores that decide. */
export interface Thresholds {
  /** From here up a question is answered. */
  answer: number;
  /** From here up the bot asks back; below a person gets it. */
  clarify: number;
  /** By how much the first must lead the second; otherwise the bot asks back (`物业费` alone may mean several things). */
  lead: number;
}

/** What a tenant may set about its bot. */
export interface BotSettings {
  thresholds: Thresholds;
  /** Rows added to the colloquial map; they win over the rows that ship. */
  colloquialPhrases: readonly ColloquialPhrase[];
  mustHumanRules: readonly MustHumanRule[];
  mustBotRules: readonly MustBotRule[];
  smallTalk: readonly SmallTalk[];
  /** The tickets that the bot may ask for. */
  ticketTypes: readonly TicketType[];
  /** How many clarifications may fail before a person gets the conversation. */
  failedClarifications: number;
  /** A question that comes again within so many minutes of its answer goes to a person. */
  repeatMinutes: number;
}

/**
 * What holds where a tenant sets nothing. The thresholds are where answers on the development questions of two
 * knowledge bases reached 95 % precision, and where the right article is still among three in most cases.
 */
export const DEFAULT_BOT_SETTINGS: BotSettings = {
  thresholds: { answer: 0.2, clarify: -0.4, lead: 0.3 },
  colloquialPhrases: [],
  mustHumanRules: MUST_HUMAN_RULES,
  mustBotRules: MUST_BOT_RULES,
  smallTalk: SMALL_TALK,
  ticketTypes: [],
  failedClarifications: 2,
  repeatMinutes: 60,
};

/** Completes what a tenant has set with the defaults. */
export function botSettings(settings: Partial<BotSettings> = {}): BotSettings {
  return { ...DEFAULT_BOT_SETTINGS, ...settings };
}

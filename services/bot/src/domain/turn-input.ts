import type { Picture } from './picture';

/** One utterance of a conversation. */
export interface Utterance {
  /** Empty for what is not text. */
  text: string;
  role: 'customer' | 'bot' | 'agent';
  /** Id of the option chosen from a menu. */
  choiceId?: string;
  /** Files that came with it. */
  pictures?: readonly Picture[];
}

/** Who asks. */
export interface Customer {
  address: string;
  /** Kind of address, such as `phone`. */
  addressNamespace: string;
}

/** What the bot is asked to think about. */
export interface TurnInput {
  /** In order; the customer's messages not yet answered are the last. */
  messages: readonly Utterance[];
  /** How many of the last messages are not yet answered; default: the customer's run at the end. */
  openCount?: number;
  /** The tenant's locale, such as `zh-CN`. */
  locale: string;
  limits: {
    /** Longest text of one message in UTF-16 units. */
    maxCharacters: number;
    /** Whether the channel shows options as a menu. */
    menu: boolean;
  };
  /** What the last turn returned; empty at first. */
  dialogueState: string;
  /** The time of the turn, milliseconds since 1970. */
  now: number;
  /** Audience of the customer; default `everyone`. */
  audience?: string;
  customer?: Customer;
  /** Of the tenant; default UTC. */
  timeZone?: string;
  /** Whether evidence lists the features that spoke for a candidate. */
  explain?: boolean;
}

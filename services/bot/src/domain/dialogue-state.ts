import { z } from 'zod';
import { pictureSchema } from './picture';

const flow = z.object({
  /** Name of the TicketType. */
  type: z.string(),
  /** What is known, by the names of the form. */
  form: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  /** The slot that was asked for last; empty for none. */
  asked: z.string().default(''),
  /** How often it was asked for again. */
  again: z.number().int().default(0),
  /** When the customer last wrote in it. */
  at: z.number(),
});

const schema = z.object({
  v: z.literal(1),
  /** Language of the conversation so far. */
  language: z.string().optional(),
  /** Names of the articles that the last question back offered, in order. */
  options: z.array(z.string()).default([]),
  /** The question that was asked back about. */
  question: z.string().optional(),
  /** How many questions back in a row did not settle the matter. */
  failed: z.number().int().default(0),
  /** The last answer. */
  last: z.object({ question: z.string(), articles: z.array(z.string()), at: z.number() }).optional(),
  /** Names of articles answered or offered. */
  tried: z.array(z.string()).default([]),
  /** The ticket that is being asked for. */
  flow: flow.optional(),
  /** Pictures that no ticket has yet. */
  pictures: z.array(pictureSchema).optional(),
  /** When the last of them came. */
  picturesAt: z.number().optional(),
});

/** A ticket that is being asked for. */
export type Flow = z.infer<typeof flow>;

/** What the bot remembers of a conversation between turns. */
export type DialogueState = z.infer<typeof schema>;

const FRESH: DialogueState = { v: 1, options: [], failed: 0, tried: [] };
const MOST_TRIED = 20;

/** Reads a state; what is empty, broken or of another version starts fresh. */
export function readDialogueState(text: string): DialogueState {
  if (text === '') return FRESH;
  try {
    return schema.catch(FRESH).parse(JSON.parse(text));
  } catch {
    return FRESH;
  }
}

/** Writes a state as an opaque text. */
export function writeDialogueState(state: DialogueState): string {
  return JSON.stringify({ ...state, tried: [...new Set(state.tried)].slice(-MOST_TRIED) });
}

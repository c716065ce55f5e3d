import { parseTicket, type TicketCommand } from './parse-ticket';

/** What a line at the desk asks for. */
export type DeskCommand =
  | { do: 'accept' | 'decline' | 'switch' | 'wait'; number: number | undefined }
  | { do: 'reply' | 'note'; text: string }
  | { do: 'transfer'; team: string; note: string }
  | { do: 'ticket'; ticket: TicketCommand }
  | { do: (typeof alone)[number] | 'nothing' }
  | { do: 'unknown'; word: string };

const alone = [
  'resolve',
  'bot',
  'list',
  'queue',
  'history',
  'tickets',
  'away',
  'online',
  'help',
  'quit',
] as const;
const numbered = ['accept', 'decline', 'switch', 'wait'] as const;
const texts = ['reply', 'note'] as const;

const oneOf = <Word extends string>(words: readonly Word[], word: string): Word | undefined =>
  words.find((each) => each === word);

/** A command with its rest; undefined when the rest does not fit, so that a sentence is not taken for a command. */
function commandOf(word: string, rest: string): DeskCommand | undefined {
  if (word === 'exit' && rest === '') return { do: 'quit' };
  const single = oneOf(alone, word);
  if (single) return rest === '' ? { do: single } : undefined;
  const counted = oneOf(numbered, word);
  if (counted) {
    if (!/^(?:#?\d{1,6})?$/.test(rest)) return undefined;
    return { do: counted, number: rest === '' ? undefined : Number(rest.replace('#', '')) };
  }
  if (word === 'ticket') {
    const ticket = parseTicket(rest);
    return ticket && { do: 'ticket', ticket };
  }
  const written = oneOf(texts, word);
  return written && { do: written, text: rest };
}

/**
 * Reads a line. A command may stand alone or behind a slash; everything else is a reply.
 *
 * @param line as typed.
 */
export function parseLine(line: string): DeskCommand {
  const trimmed = line.trim();
  if (trimmed === '') return { do: 'nothing' };
  if (trimmed.startsWith('//')) return { do: 'reply', text: trimmed.slice(1) };
  const slashed = trimmed.startsWith('/');
  const [, word = '', rest = ''] = /^\/?(\S*)\s*([\s\S]*)$/.exec(trimmed) ?? [];
  if (word === 'transfer') {
    const [, team = '', note = ''] = /^(\S*)\s*([\s\S]*)$/.exec(rest) ?? [];
    // "transfer takes three days" is a reply.
    if (slashed || note === '') return { do: 'transfer', team, note };
  }
  const command = commandOf(word, rest);
  if (command) return command;
  return slashed ? { do: 'unknown', word } : { do: 'reply', text: trimmed };
}

/** What is asked of a ticket. */
export type TicketCommand =
  | { verb: 'show'; number: string }
  | { verb: 'accept'; number: string }
  | { verb: 'create'; type: string; form: Record<string, unknown> }
  | { verb: 'assign'; number: string; worker: string }
  | { verb: 'rate'; number: string; rating: number; text: string }
  | { verb: 'refuse' | 'complete' | 'reopen' | 'cancel'; number: string; text: string };

const withText = ['refuse', 'complete', 'reopen', 'cancel'] as const;

/** `field=value`, `field="a value"`, or `field:=JSON` for numbers and truths. */
const pair = /([a-z][a-z0-9_]*)(:?=)("[^"]*"|“[^”]*”|\S*)(?:\s+|$)/y;

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};

function readForm(written: string): Record<string, unknown> | undefined {
  const form: Record<string, unknown> = {};
  for (let position = 0; position < written.length; position = pair.lastIndex) {
    pair.lastIndex = position;
    const found = pair.exec(written);
    if (!found) return undefined;
    const [, name = '', sign, value = ''] = found;
    form[name] = sign === ':=' ? jsonOf(value) : value.replace(/^["“]([\s\S]*)["”]$/, '$1');
  }
  return form;
}

function readCreate(rest: string): TicketCommand | undefined {
  const [, type = '', fields = ''] = /^([a-z0-9-]+)(?:\s+([\s\S]*))?$/.exec(rest) ?? [];
  const form = readForm(fields);
  return type === '' || !form ? undefined : { verb: 'create', type, form };
}

function readMove(number: string, verb: string, text: string): TicketCommand | undefined {
  if (verb === '') return { verb: 'show', number };
  if (verb === 'accept') return text === '' ? { verb, number } : undefined;
  if (verb === 'assign') return /^[a-z0-9-]+$/.test(text) ? { verb, number, worker: text } : undefined;
  if (verb === 'rate') {
    const [, rating, comment = ''] = /^([1-5])(?:\s+([\s\S]*))?$/.exec(text) ?? [];
    return rating === undefined ? undefined : { verb, number, rating: Number(rating), text: comment };
  }
  const written = withText.find((each) => each === verb);
  return written && { verb: written, number, text };
}

/**
 * Reads what stands behind `ticket`.
 *
 * @param rest as typed.
 * @returns undefined where it asks for nothing, so that a sentence is not taken for a command.
 */
export function parseTicket(rest: string): TicketCommand | undefined {
  const [, word = '', verb = '', text = ''] = /^(\S+)(?:\s+(\S+))?(?:\s+([\s\S]+))?$/.exec(rest.trim()) ?? [];
  if (word === 'create') return readCreate(rest.trim().slice('create'.length).trim());
  const number = word.replace(/^#/, '');
  return /^\d{1,18}$/.test(number) ? readMove(number, verb, text) : undefined;
}

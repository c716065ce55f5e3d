import { factsIn } from '../handoff-packet';
import { foldText, simplify } from '../normalise';
import { emailsIn, phonesIn } from '../personal-data';
import type { Slot, TicketForm } from '../ticket-type';
import { optionNamed, optionPicked } from './choice';
import { momentIn } from './moment';
import { numberOf } from './numerals';
import { barePlace, placeIn } from './place';

/** A value as the form keeps it. */
export type SlotValue = string | number | boolean;

/** What values are read by beside the text. */
export interface Reading {
  now: number;
  timeZone: string;
  /** The form has a slot for the unit; else a room carries it: `2-501`. */
  unitSlot: boolean;
}

/** With a digit in it: `no` and `yes` are no numbers. */
const WORD = /(?=[A-Za-z-]*\d)[A-Za-z0-9][A-Za-z0-9-]*/g;
const LONGEST_TEXT = 1_000;
const LANDLINE = /(?<!\d)0\d{2,3}[- ]?\d{7,8}(?!\d)/;
const BARE_PHONE = /^[^\d+]*(\+?\d[\d -]{5,16}\d)\D*$/;
const BARE_ORDER = /^\D{0,6}?((?=[A-Za-z-]*\d)[A-Za-z0-9][A-Za-z0-9-]{3,31})[\s。.!！]*$/;
const YES = /^(?:是|是的|对|对的|有|要|需要|好|好的|可以|嗯|yes|yep|yeah|sure|ok|okay|please|true)$/;
const NO = /^(?:不是|不|没|没有|不要|不需要|不用|否|no|nope|not?|false)$/;

type Read = (slot: Slot, text: string, reading: Reading, asked: boolean) => SlotValue | undefined;

/** A place of an enum is kept as the enum writes it: `3号楼` for 3. */
function asListed(value: string | undefined, options: Slot['options']): string | undefined {
  if (value === undefined || options.length === 0) return value;
  const coreOf = (text: string): string | undefined => placeIn(text).building ?? barePlace(text) ?? text;
  return options.find((option) =>
    [option.value, option.label.zh ?? ''].some((text) => coreOf(text) === value),
  )?.value;
}

const phoneIn = (text: string): string | undefined => {
  const found = phonesIn(text)[0] ?? LANDLINE.exec(text)?.[0];
  return found?.replace(/[ -]/g, '');
};

function roomIn(text: string, { unitSlot }: Reading): string | undefined {
  const { unit, room } = placeIn(text);
  return room !== undefined && unit !== undefined && !unitSlot ? `${unit}-${room}` : room;
}

const READERS: Readonly<Record<Slot['kind'], Read>> = {
  choice: ({ options }, text, _, asked) => (asked ? optionPicked : optionNamed)(foldText(text), options),
  building: ({ options }, text, _, asked) =>
    asListed(placeIn(text).building ?? (asked ? barePlace(text) : undefined), options),
  unit: ({ options }, text, _, asked) =>
    asListed(placeIn(text).unit ?? (asked ? barePlace(text) : undefined), options),
  room: ({ options }, text, reading, asked) =>
    asListed(roomIn(text, reading) ?? (asked ? barePlace(text) : undefined), options),
  phone: (_, text, __, asked) =>
    phoneIn(text) ?? (asked ? BARE_PHONE.exec(text)?.[1]?.replace(/[ -]/g, '') : undefined),
  email: (_, text) => emailsIn(text)[0],
  'order-number': (_, text, __, asked) =>
    factsIn([text]).find(({ name }) => name === 'order_number')?.value ??
    (asked ? BARE_ORDER.exec(text)?.[1] : undefined),
  date: (_, text, { now, timeZone }, asked) => (asked ? momentIn(text, now, timeZone)?.date : undefined),
  time: (_, text, { now, timeZone }, asked) => (asked ? momentIn(text, now, timeZone)?.time : undefined),
  number: (_, text, __, asked) => (asked ? numberIn(text) : undefined),
  boolean: (_, text, __, asked) => (asked ? truthIn(foldText(text)) : undefined),
  text: (_, text, __, asked) => (asked && /[\p{L}\p{N}]/u.test(text) ? text : undefined),
};

function numberIn(text: string): number | undefined {
  const digits = /-?\d+(?:\.\d+)?/.exec(text)?.[0];
  if (digits !== undefined) return Number(digits);
  const han = /[零〇一二两三四五六七八九十百]{1,6}/.exec(text)?.[0];
  return han === undefined ? undefined : numberOf(han);
}

function truthIn(folded: string): boolean | undefined {
  const bare = folded.replace(/[^\p{L}\p{N}]+/gu, '');
  if (NO.test(bare)) return false;
  return YES.test(bare) ? true : undefined;
}

/** A value as the form takes it; a text that is too long is cut, since nobody can be asked to say less. */
function fitting({ check }: TicketForm, { name, property }: Slot, value: SlotValue): SlotValue | undefined {
  const taken = (each: SlotValue): SlotValue | undefined =>
    check({ [name]: each }, '').values?.[name] as SlotValue | undefined;
  if (typeof value !== 'string') return taken(value);
  const whole = taken(value.slice(0, property.maxLength ?? LONGEST_TEXT).trim());
  if (whole !== undefined || property.pattern === undefined) return whole;
  // `单号是 SF1234567`: what the form wants stands in the text.
  const words = value.match(WORD) ?? [];
  return words.map(taken).find((word) => word !== undefined);
}

/**
 * Reads a slot out of a text.
 *
 * @param o.asked the text answers the slot's own question: then fewer words are enough
 * @returns a value that the form takes, or undefined
 */
export function slotValue(
  form: TicketForm,
  slot: Slot,
  o: { text: string; reading: Reading; asked: boolean },
): SlotValue | undefined {
  const written = o.text.toWellFormed().trim();
  const plain = slot.kind === 'text' ? written : simplify(written.normalize('NFKC'));
  const value = READERS[slot.kind](slot, plain, o.reading, o.asked);
  return value === undefined ? undefined : fitting(form, slot, value);
}

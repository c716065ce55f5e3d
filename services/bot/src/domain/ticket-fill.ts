import type { Flow } from './dialogue-state';
import { foldText, simplify } from './normalise';
import { withoutPlace } from './slots/place';
import { type Reading, type SlotValue, slotValue } from './slots/slot-value';
import { keywordsOf, type Slot, type SlotKind, type TicketForm } from './ticket-type';
import type { Turn } from './turn';

type Values = Flow['form'];

const CORRECTION =
  /不是|不对|错了|说错|写错|更正|改成|改为|应该是|^不[,，]|^no,|\b(?:not|sorry|actually|i mean|wrong|correction|instead)\b/i;
/** Values that stand out of a text, so that the last one said counts. */
const STANDING_OUT: ReadonlySet<SlotKind> = new Set([
  'building',
  'unit',
  'room',
  'phone',
  'email',
  'order-number',
]);
/** Words of a wish that say nothing of the matter. */
const WISH_WORDS =
  /我要|我想|我需要|需要|麻烦|帮我|帮忙|请问?|一下|你好|您好|有人|师傅|申请|\b(?:i|we|want|need|would|like|have|please|hello|hi|my|the|for|report|make|can|you|to|an?)\b/gi;
/** Keywords that name the service and not the matter. */
const SERVICE_WORDS = /报修|维修|修理|投诉|退货|退换|退款|登记|repair|fix|complain|return|ticket/i;

/** Whose days and which places a type's values are. */
function readingOf(turn: Turn, { slots }: TicketForm): Reading {
  const { now, timeZone = 'UTC' } = turn.input;
  return { now, timeZone, unitSlot: slots.some((slot) => slot.kind === 'unit') };
}

/** What the channel knows already: who writes by SMS need not say the number. */
export function knownValues(turn: Turn, form: TicketForm): Values {
  const { customer } = turn.input;
  const slot = form.slots.find((each) => each.kind === 'phone');
  if (slot === undefined || customer?.addressNamespace !== 'phone') return {};
  return { [slot.name]: customer.address };
}

/** Of `不是3号楼，是5号楼` the last part counts. */
const correctedPart = (text: string): string =>
  text.split(/[,，。;；.]\s*|\bbut\b/i).findLast((part) => part.trim() !== '') ?? text;

/** One text on the way into a form. */
interface Filling {
  form: TicketForm;
  reading: Reading;
  text: string;
  /** The slot that the text answers; undefined where it begins the ticket. */
  asked: Slot | undefined;
  corrects: boolean;
}

function read(o: Filling, slot: Slot, asked: boolean): SlotValue | undefined {
  const { form, reading } = o;
  const of = (text: string) => slotValue(form, slot, { text, reading, asked });
  return (o.corrects ? of(correctedPart(o.text)) : undefined) ?? of(o.text);
}

/** A correction that names another slot's value answers no question: `不对，是5号楼` is no description. */
const namesAnother = (o: Filling): boolean =>
  o.corrects &&
  o.form.slots.some(
    (slot) => slot !== o.asked && STANDING_OUT.has(slot.kind) && read(o, slot, false) !== undefined,
  );

/** Whether what a text says of a slot takes the place of what was known. */
function overrides(o: Filling, slot: Slot): boolean {
  if (o.corrects) return true;
  // A description may name other places, too: 隔壁2号楼也漏.
  return STANDING_OUT.has(slot.kind) && o.asked?.kind !== 'text';
}

/**
 * Fills a form from one text: whatever it names outright, and the slot that was asked for.
 *
 * @param known what is known already
 * @param o.asked the slot that the text answers; undefined where the text begins the ticket
 * @returns what is known after it
 */
export function fillForm(
  turn: Turn,
  form: TicketForm,
  known: Values,
  o: { text: string; asked: Slot | undefined },
): Values {
  const filling = { ...o, form, reading: readingOf(turn, form), corrects: CORRECTION.test(simplify(o.text)) };
  const answersAsked = !namesAnother(filling);
  const values = { ...known };
  for (const slot of form.slots) {
    const asked = slot === o.asked && answersAsked;
    if (slot.kind === 'text' && !asked) continue;
    if (!asked && values[slot.name] !== undefined && !overrides(filling, slot)) continue;
    const value = read(filling, slot, asked);
    if (value !== undefined) values[slot.name] = value;
  }
  return o.asked === undefined ? withDescription(filling, values) : values;
}

/** What begins a ticket describes it, where it says more than that one is wanted. */
function withDescription(o: Filling, values: Values): Values {
  const texts = o.form.slots.filter((slot) => slot.kind === 'text' && values[slot.name] === undefined);
  const slot = texts.find((each) => each.required) ?? texts[0];
  if (slot === undefined || !describes(o)) return values;
  const value = read(o, slot, true);
  return value === undefined ? values : { ...values, [slot.name]: value };
}

/** `漏水` and `3号楼厨房的灯坏了` say what is wrong; `我要报修` and `3号楼501报修` don't. */
function describes({ form, text }: Filling): boolean {
  const plain = foldText(text);
  const words = keywordsOf(form.type);
  if (words.some((word) => !SERVICE_WORDS.test(word) && plain.includes(foldText(word)))) return true;
  const { zh = '', en = '' } = form.type.spec.title;
  const rest = [...words, zh, en]
    .map(foldText)
    .filter((word) => word !== '')
    .reduce((left, word) => left.replaceAll(word, ' '), withoutPlace(plain))
    .replace(WISH_WORDS, ' ');
  return (rest.match(/\p{Script=Han}/gu)?.length ?? 0) >= 2 || /\p{Script=Latin}{3,}/u.test(rest);
}

import type { FieldViolation } from '@omnigate/errors';
import { fill, namesIn } from './template';

/** What a business event tells, by language. */
export type Texts = Record<string, string>;

/** What is told of the events that every installation knows; values of the event's data stand in braces. */
const shippedTexts = new Map<string, Texts>([
  [
    'parcel-stalled',
    {
      zh: '您的包裹（{carrier} {tracking_no}）的物流从 {since} 起没有更新，我们已联系承运商核实，有进展会马上告诉您。有疑问请直接回复。',
      en: 'Your parcel ({carrier} {tracking_no}) has not moved since {since}. We have asked the carrier about it and will tell you as soon as there is news. Just reply if you have a question.',
    },
  ],
  [
    'repair-status',
    {
      zh: '您的报修“{repair}”有新进展：{status}。有疑问请直接回复。',
      en: 'There is news about your repair request "{repair}": {status}. Just reply if you have a question.',
    },
  ],
  [
    'fee-due',
    {
      zh: '温馨提示：您的{fee}共 {amount}，请在 {due_date} 前缴纳。已缴请忽略，有疑问请直接回复。',
      en: 'A reminder: {amount} for {fee} is due by {due_date}. If you have paid already, please ignore this. Just reply if you have a question.',
    },
  ],
]);

const longestValue = 200;
const longestText = 1_000;
const han = /\p{Script=Han}/u;
// Line ends and other control characters: a value is part of a sentence.
const control = /\p{Cc}+/gu;

/** A value as a text shows it; undefined for what is none. */
function shown(data: Record<string, unknown>, name: string): string | undefined {
  const value = Object.hasOwn(data, name) ? data[name] : undefined;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value !== 'string') return undefined;
  const text = value.toWellFormed().replace(control, ' ').trim();
  return text === '' || text.length > longestValue ? undefined : text;
}

/** Texts, or all that is wrong with the event. */
export type Told = { texts: Texts; violations: [] } | { texts?: undefined; violations: FieldViolation[] };

/**
 * Writes what an event tells: its own text, or the one that is shipped for its name, with the values of its data.
 *
 * @param event name, own text (empty: the shipped one) and data.
 * @returns the texts, or what is missing, by field.
 */
export function textsOf(event: { name: string; text: string; data: Record<string, unknown> }): Told {
  const own = event.text.trim();
  const templates = own === '' ? shippedTexts.get(event.name) : { [han.test(own) ? 'zh' : 'en']: own };
  if (!templates) {
    const known = [...shippedTexts.keys()].join(', ');
    return { violations: [{ field: 'text', description: `is required unless name is one of ${known}` }] };
  }
  const names = [...new Set(Object.values(templates).flatMap(namesIn))];
  const missing = names.filter((name) => shown(event.data, name) === undefined);
  if (missing.length > 0) return { violations: missing.map(missingValue) };
  const texts = Object.entries(templates).map(([language, template]): [string, string] => [
    language,
    fill(template, (name) => shown(event.data, name) ?? ''),
  ]);
  if (texts.every(([, text]) => text.length <= longestText)) {
    return { texts: Object.fromEntries(texts), violations: [] };
  }
  return { violations: [{ field: 'text', description: `must have at most ${longestText} characters` }] };
}

const missingValue = (name: string): FieldViolation => ({
  field: `data.${name}`,
  description: `must be a text of 1 to ${longestValue} characters, or a number: the text names it`,
});

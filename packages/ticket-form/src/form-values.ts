import { type Bilingual, type Language, textIn } from './bilingual';
import type { FormProperty, TicketForm } from './ticket-type';

const yesNo: Record<'true' | 'false', Bilingual> = {
  true: { zh: '是', en: 'yes' },
  false: { zh: '否', en: 'no' },
};

/**
 * Names the properties of a form in the order for people: what is required first, as it is asked for, then by name.
 *
 * @param form the form
 * @returns all its names
 */
export function orderedNames(form: Pick<TicketForm, 'required'> & { properties: object }): string[] {
  const rest = Object.keys(form.properties).filter((name) => !form.required.includes(name));
  return [...form.required, ...rest.sort()];
}

/**
 * Shows a value as people see it.
 *
 * @param property what it is the value of
 * @param value a value that fits
 * @param language the reader's
 * @returns such as `Building 1` for `1`
 */
export function showValue(property: FormProperty, value: unknown, language: Language): string {
  if (typeof value === 'boolean') return textIn(yesNo[`${value}`], language);
  const text = String(value);
  const label = property.labels && Object.hasOwn(property.labels, text) ? property.labels[text] : undefined;
  return label ? textIn(label, language) : text;
}

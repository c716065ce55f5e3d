import {
  type FormValues,
  type Language,
  showValue,
  type TicketTypeSpec,
  textIn,
} from '@omnigate/ticket-form';

const longestSummary = 120;

/**
 * Makes the line for lists: the type's title and what the form requires.
 *
 * @param spec the type
 * @param values checked values
 * @param language the customer's
 * @returns such as `报修 3 号楼 1201 水管漏水`, at most 120 characters
 */
export function summaryOf(spec: TicketTypeSpec, values: FormValues, language: Language): string {
  const { required, properties } = spec.form;
  const shown = required.flatMap((name) => {
    const property = properties[name];
    return property && name in values ? [showValue(property, values[name], language)] : [];
  });
  const line = [textIn(spec.title, language), ...shown].join(' ').replace(/\s+/g, ' ');
  const characters = [...line];
  return characters.length <= longestSummary ? line : `${characters.slice(0, longestSummary - 1).join('')}…`;
}

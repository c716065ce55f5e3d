import { type Language, orderedNames, showValue, type TicketTypeSpec, textIn } from '@omnigate/ticket-form';
import type { Ticket } from './ticket';

/**
 * Shows a ticket's form as people read it, a line a value.
 *
 * @param spec the type; values whose property it has no more are left out
 * @param ticket the ticket
 * @param language the reader's
 * @returns such as `楼栋：3 号楼`
 */
export function formLines(spec: TicketTypeSpec, { form }: Ticket, language: Language): string {
  const colon = language === 'zh' ? '：' : ': ';
  return orderedNames(spec.form)
    .flatMap((name) => {
      const property = spec.form.properties[name];
      if (!property || !(name in form)) return [];
      return [`${textIn(property.title, language)}${colon}${showValue(property, form[name], language)}`];
    })
    .join('\n');
}

export { type Bilingual, type Language, textIn } from './bilingual';
export { type CheckedValues, createFormCheck, type FormCheck, type FormValues } from './form-check';
export { orderedNames, showValue } from './form-values';
export type { DispatchRule, FormProperty, TicketForm, TicketTypeSpec } from './ticket-type';

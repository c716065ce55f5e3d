import {
  type Bilingual,
  createFormCheck,
  type FormCheck,
  type FormProperty,
  orderedNames,
  type TicketTypeSpec,
  textIn,
} from '@omnigate/ticket-form';
import { type Language, systemLanguage } from './language';

/** A kind of ticket that the bot may ask for, as the directory keeps it. */
export interface TicketType {
  name: string;
  spec: TicketTypeSpec;
}

/** How a slot is read out of what people write. */
export type SlotKind =
  | 'choice'
  | 'building'
  | 'unit'
  | 'room'
  | 'phone'
  | 'email'
  | 'order-number'
  | 'date'
  | 'time'
  | 'number'
  | 'boolean'
  | 'text';

/** One thing that the form of a ticket asks for. */
export interface Slot {
  name: string;
  kind: SlotKind;
  required: boolean;
  property: FormProperty;
  /** Of the enum; empty without one. */
  options: readonly { value: string; label: Bilingual }[];
}

/** A kind of ticket, ready to be asked for. */
export interface TicketForm {
  type: TicketType;
  /** What is required first, in the order in which it is asked for. */
  slots: readonly Slot[];
  /** Whether values fit; none is required. */
  check: FormCheck;
}

const NAMED: Readonly<Record<string, SlotKind>> = {
  building: 'building',
  unit: 'unit',
  room: 'room',
  phone: 'phone',
  email: 'email',
  order: 'order-number',
  order_number: 'order-number',
  parcel: 'order-number',
  parcel_number: 'order-number',
  tracking_number: 'order-number',
};
const PLACES: ReadonlySet<SlotKind> = new Set(['building', 'unit', 'room']);

/** By the type's building, the format and the enum; else by the name, which says what people write there. */
function kindOf(name: string, { type, format, enum: values }: FormProperty, building?: string): SlotKind {
  if (type === 'boolean') return 'boolean';
  if (type !== 'string') return 'number';
  const named = name === building ? 'building' : NAMED[name];
  if (named !== undefined && (values === undefined || PLACES.has(named))) return named;
  if (values !== undefined) return 'choice';
  return format ?? named ?? 'text';
}

function slotOf({ form, building }: TicketTypeSpec, name: string): Slot[] {
  const property = form.properties[name];
  if (property === undefined) return [];
  const options = (property.enum ?? []).map((value) => ({
    value,
    label: property.labels?.[value] ?? { zh: value, en: value },
  }));
  const required = form.required.includes(name);
  return [{ name, kind: kindOf(name, property, building), required, property, options }];
}

/**
 * Prepares a type for being asked for.
 *
 * @throws Error where its form is not one that the directory lets through
 */
export function ticketForm(type: TicketType): TicketForm {
  const { spec } = type;
  return {
    type,
    slots: orderedNames(spec.form).flatMap((name) => slotOf(spec, name)),
    // Slots are filled one by one.
    check: createFormCheck({ ...spec.form, required: [] }),
  };
}

/** A text in the customer's language; English where the bot does not speak it. */
export const spoken = (text: Bilingual, language: Language): string => textIn(text, systemLanguage(language));

/** What people call a kind of ticket. */
export const titleOf = ({ spec }: TicketType, language: Language): string => spoken(spec.title, language);

/** All words by which a type is known. */
export const keywordsOf = ({ spec }: TicketType): string[] => [...spec.keywords.zh, ...spec.keywords.en];

import { showValue } from '@omnigate/ticket-form';
import type { Flow } from './dialogue-state';
import { type Language, systemLanguage } from './language';
import { cutText } from './message-text';
import { maskPersonalData } from './personal-data';
import type { Slot, SlotKind, TicketForm } from './ticket-type';

const LONGEST_SUMMARY = 200;
/** Who reads a list needs no number to call. */
const PRIVATE: ReadonlySet<SlotKind> = new Set(['phone', 'email']);

const PLACE_WORDS: Readonly<Record<'zh' | 'en', Partial<Record<SlotKind, string>>>> = {
  zh: { building: '号楼', unit: '单元', room: '室' },
  en: { building: 'building ', unit: 'unit ', room: 'room ' },
};

/** A value as people say it: its label, or for a bare `3` what it is: `3号楼`, `building 3`. */
function shown(slot: Slot, value: Flow['form'][string], language: 'zh' | 'en'): string {
  const text = showValue(slot.property, value, language);
  const word = PLACE_WORDS[language][slot.kind];
  if (word === undefined || !/^[A-Za-z\d-]+$/.test(text)) return text;
  return language === 'zh' ? `${text}${word}` : `${word}${text}`;
}

/**
 * What is known of a ticket, in one line, without telephone numbers.
 *
 * @returns empty where nothing is known
 */
export function ticketSummary(form: TicketForm, values: Flow['form'], language: Language): string {
  const own = systemLanguage(language);
  const parts = form.slots.flatMap((slot) => {
    const value = values[slot.name];
    return value === undefined || PRIVATE.has(slot.kind) ? [] : [shown(slot, value, own)];
  });
  const line = maskPersonalData(parts.join(own === 'zh' ? '，' : ', ')).replace(/\s+/g, ' ');
  return cutText(line, LONGEST_SUMMARY);
}

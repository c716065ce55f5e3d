import type { TicketTypeSpec } from '@omnigate/ticket-form';

/**
 * Stands for a type that was deleted while tickets of it are under way.
 *
 * @param name its name
 * @returns a type that asks for nothing, under its name
 */
export const departedType = (name: string): TicketTypeSpec => ({
  title: { en: name },
  keywords: { zh: [], en: [] },
  examples: { zh: [], en: [] },
  form: { type: 'object', required: [], properties: {} },
  dispatch: [],
  due_hours: 72,
  auto_close_hours: 72,
});

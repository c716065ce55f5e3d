import type { Bilingual } from './bilingual';

/** One thing that a form asks for. */
export interface FormProperty {
  type: 'string' | 'integer' | 'number' | 'boolean';
  title: Bilingual;
  /** There for all that is required. */
  ask?: Bilingual | undefined;
  enum?: string[] | undefined;
  /** How people see and say values of `enum`. */
  labels?: Record<string, Bilingual> | undefined;
  minLength?: number | undefined;
  maxLength?: number | undefined;
  pattern?: string | undefined;
  format?: 'date' | 'time' | undefined;
  minimum?: number | undefined;
  maximum?: number | undefined;
}

/** What a ticket of a type holds: JSON Schema with texts for people. */
export interface TicketForm {
  type: 'object';
  /** In the order in which they are asked for. */
  required: string[];
  /** In no order: a database does not keep it. */
  properties: Record<string, FormProperty>;
}

/** Who is asked, and where. */
export interface DispatchRule {
  buildings?: string[] | undefined;
  worker?: string | undefined;
  skill?: string | undefined;
}

/** spec of a TicketType, as directory has checked it and filled in its defaults; docs/resources.md. */
export interface TicketTypeSpec {
  title: Bilingual;
  keywords: { zh: string[]; en: string[] };
  examples: { zh: string[]; en: string[] };
  form: TicketForm;
  /** The property that says where. */
  building?: string | undefined;
  dispatch: DispatchRule[];
  due_hours: number;
  escalate_to?: string | undefined;
  auto_close_hours: number;
  confirm?: Bilingual | undefined;
}

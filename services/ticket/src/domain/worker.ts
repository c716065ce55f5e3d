import type { Language } from '@omnigate/ticket-form';

/** A Worker as directory has it. */
export interface Worker {
  name: string;
  displayName: string;
  /** Name of the channel that they are told on; undefined for none. */
  channel: string | undefined;
  address: string;
  /** undefined: every type. */
  types: readonly string[] | undefined;
  /** undefined: every building. */
  buildings: readonly string[] | undefined;
  skills: readonly string[];
  active: boolean;
  language: Language;
}

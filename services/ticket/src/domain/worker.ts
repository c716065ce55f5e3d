import { type Bilingual, type Language, textIn } from '@omnigate/ticket-form';

/** A Worker as directory has it. */
export interface Worker {
  name: string;
  displayName: Bilingual;
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

/**
 * Says who a worker is.
 *
 * @param worker who; undefined for somebody who is gone
 * @param name what the ticket calls them
 * @param language the reader's
 */
export const workerName = (worker: Worker | undefined, name: string, language: Language): string =>
  worker ? textIn(worker.displayName, language) : name;

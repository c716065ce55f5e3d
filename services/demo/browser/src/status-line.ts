import { RefusedError } from './api';
import { make } from './elements';
import { type Bilingual, onLanguage, say } from './language';
import { texts } from './texts';

/** What a telephone says of what did not work. */
export interface StatusLine {
  element: HTMLElement;
  /** Does something and says why it failed, until the next time. @returns whether it worked */
  attempt(work: () => Promise<unknown>): Promise<boolean>;
  /** Says that the server can't be reached, or can again. */
  setLost(lost: boolean): void;
}

/** Makes an empty line. */
export function createStatusLine(): StatusLine {
  const element = make('p', { class: 'phone-status', role: 'status' });
  let lost = false;
  let failed: Bilingual | undefined;
  const show = (): void => {
    const text = lost ? texts.lost : failed;
    element.textContent = text ? say(text) : '';
  };
  onLanguage(show);
  return {
    element,
    async attempt(work) {
      failed = await work().then(() => undefined, reasonOf);
      show();
      return failed === undefined;
    },
    setLost(now) {
      lost = now;
      show();
    },
  };
}

function reasonOf(error: unknown): Bilingual {
  const refusals: Record<string, Bilingual> = texts.refusals;
  return (error instanceof RefusedError ? refusals[error.code] : undefined) ?? texts.failed;
}

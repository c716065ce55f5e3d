import { setTimeout as sleep } from 'node:timers/promises';

/** Asks again until an answer fits; the test's own time-out ends it. */
export async function eventually<T>(ask: () => Promise<T> | T, fits: (answer: T) => boolean): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (fits(answer)) return answer;
    await sleep(10);
  }
}

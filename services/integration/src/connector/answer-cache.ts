/** Answers that are used again for a while; those who ask for one at the same time wait for the same request. */
export interface AnswerCache<Answer> {
  /**
   * @param key names the question, its tenant included
   * @param ttlMs how long an answer is used again; 0: not at all
   * @param ask asks for what is not kept; a failure is thrown to all who wait and not kept
   */
  get(key: string, ttlMs: number, ask: () => Promise<Answer>): Promise<Answer>;
}

/**
 * Makes a cache.
 *
 * @param o.maximumEntries the oldest leaves for one more
 * @param o.now milliseconds of a clock that never goes back
 * @returns the cache, empty
 */
export function createAnswerCache<Answer>(o: {
  maximumEntries: number;
  now: () => number;
}): AnswerCache<Answer> {
  const kept = new Map<string, { answer: Answer; until: number }>();
  const underWay = new Map<string, Promise<Answer>>();

  function keep(key: string, answer: Answer, ttlMs: number): void {
    kept.delete(key);
    if (ttlMs === 0) return;
    const oldest = kept.size >= o.maximumEntries ? kept.keys().next() : undefined;
    if (oldest && !oldest.done) kept.delete(oldest.value);
    kept.set(key, { answer, until: o.now() + ttlMs });
  }

  function start(key: string, ttlMs: number, ask: () => Promise<Answer>): Promise<Answer> {
    const asking = ask()
      .then((answer) => {
        keep(key, answer, ttlMs);
        return answer;
      })
      .finally(() => underWay.delete(key));
    underWay.set(key, asking);
    return asking;
  }

  return {
    async get(key, ttlMs, ask) {
      const entry = kept.get(key);
      if (entry && entry.until > o.now()) return entry.answer;
      return underWay.get(key) ?? start(key, ttlMs, ask);
    },
  };
}

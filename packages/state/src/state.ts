/** One token bucket's rule. */
export interface TokenRule {
  /** Tokens that come back a second; more than 0. */
  ratePerSecond: number;
  /** Tokens a full bucket holds; at least `count`. */
  burst: number;
  /** Tokens to take; default 1. */
  count?: number;
}

/** What processes share and may lose: rate limits, provider tokens, who is there, wake-ups. */
export interface State {
  /**
   * Takes tokens if the bucket has them; a bucket starts full.
   * @param bucket such as a channel's id
   * @returns when not taken, the wait in milliseconds after which so many are there, others aside
   * @throws AppError INVALID_ARGUMENT when the rule can never be met
   */
  takeTokens(bucket: string, rule: TokenRule): Promise<{ taken: boolean; retryAfterMs: number }>;
  /**
   * Returns a provider's access token, fetched once however many ask at the same time. It is fetched anew before it
   * expires: by a tenth of its life, a minute at most. A failed fetch fails all who wait for it and is not kept.
   * @param key such as `wechat:<app_id>`
   */
  token(key: string, fetch: () => Promise<{ value: string; expiresInMs: number }>): Promise<string>;
  /**
   * Forgets a token that the provider no longer takes.
   * @param value the refused one; a newer one stays
   */
  forgetToken(key: string, value: string): Promise<void>;
  /**
   * Says that a member is there, for a while.
   * @param scope such as `agents:<tenant>`
   * @param value anything about the member
   * @param ttlMs gone after so many milliseconds unless set again
   */
  setPresence(scope: string, member: string, value: string, ttlMs: number): Promise<void>;
  removePresence(scope: string, member: string): Promise<void>;
  /** Who is there: member to value. */
  presence(scope: string): Promise<Map<string, string>>;
  /** Wakes whoever subscribed, in every process; may be lost. */
  publish(channel: string, payload: string): Promise<void>;
  /**
   * Calls back for each payload published from now on, in the publisher's order.
   * @returns ends the subscription
   */
  subscribe(channel: string, handler: (payload: string) => void): () => void;
  stop(): Promise<void>;
}

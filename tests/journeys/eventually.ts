/**
 * Waits until a condition holds, for as long as a slow machine may need.
 *
 * @param check returns something truthy when it holds; a throw counts as not yet.
 * @param options how long to wait at most and between two checks (default 25), in milliseconds, and what is waited for.
 * @returns what the check returned.
 * @throws the check's last failure, or an Error that says what was waited for.
 */
export async function eventually<T>(
  check: () => T | Promise<T>,
  options: { timeoutMs?: number; everyMs?: number; what?: string } = {},
): Promise<NonNullable<T>> {
  const until = Date.now() + (options.timeoutMs ?? 60_000);
  for (let failure: unknown; ; ) {
    try {
      const value = await check();
      if (value) return value as NonNullable<T>;
      failure = undefined;
    } catch (error) {
      failure = error;
    }
    if (Date.now() > until) throw failure ?? new Error(`waited in vain for ${options.what ?? 'a condition'}`);
    await new Promise((resolve) => setTimeout(resolve, options.everyMs ?? 25));
  }
}

import { isAppError } from '@omnigate/errors';

/** How a cache reads and how much it keeps. */
export interface ReadThroughOptions<Value> {
  /** Reads what is not kept. NOT_FOUND means that there is none; any other error is thrown to who asked and not kept. */
  load(key: string): Promise<Value>;
  /** The oldest entry leaves for one more. */
  maximumEntries: number;
  /** How long "there is none" is believed, in milliseconds. */
  negativeTtlMs: number;
  /** How long a value is believed, in milliseconds; default: until it is forgotten. */
  ttlMs?: number;
  /** Which errors mean that there is none; default NOT_FOUND. */
  isAbsent?(error: unknown): boolean;
  /** Milliseconds of a clock that never goes back. */
  now(): number;
}

/** Keeps what was read until it is forgotten; many who ask at once share one read. */
export interface ReadThrough<Value> {
  /** Returns what is kept, without reading. */
  peek(key: string): Value | undefined;
  /** Returns what is kept, else reads it; undefined when there is none. */
  get(key: string): Promise<Value | undefined>;
  /** Reads, whatever is kept. */
  renew(key: string): Promise<Value | undefined>;
  /** Forgets one entry, also one that is being read just now. */
  forget(key: string): void;
  /** Forgets entries by their values. */
  forgetWhere(matches: (value: Value) => boolean): void;
  forgetAll(): void;
}

interface Entry<Value> {
  value: Value | undefined;
  expires: number;
}

/**
 * Makes a bounded read-through cache with single flight and negative entries.
 *
 * @param options how it reads and how much it keeps
 * @returns the cache
 */
export function createReadThrough<Value>(options: ReadThroughOptions<Value>): ReadThrough<Value> {
  const { load, maximumEntries, negativeTtlMs, ttlMs = Number.POSITIVE_INFINITY, now } = options;
  const isAbsent = options.isAbsent ?? ((error) => isAppError(error, 'NOT_FOUND'));
  const entries = new Map<string, Entry<Value>>();
  const flights = new Map<string, Promise<Value | undefined>>();

  const fresh = (key: string): Entry<Value> | undefined => {
    const entry = entries.get(key);
    return entry && entry.expires > now() ? entry : undefined;
  };
  const keep = (key: string, value: Value | undefined): void => {
    entries.delete(key);
    const eldest = entries.size >= maximumEntries ? entries.keys().next() : undefined;
    if (eldest && !eldest.done) entries.delete(eldest.value);
    entries.set(key, { value, expires: now() + (value === undefined ? negativeTtlMs : ttlMs) });
  };
  const read = async (key: string): Promise<Value | undefined> => {
    try {
      return await load(key);
    } catch (error) {
      if (isAbsent(error)) return undefined;
      throw error;
    }
  };
  const fly = (key: string): Promise<Value | undefined> => {
    const flight: Promise<Value | undefined> = read(key)
      .then((value) => {
        // A change that came meanwhile has taken this flight off: what it read may be old.
        if (flights.get(key) === flight) keep(key, value);
        return value;
      })
      .finally(() => {
        if (flights.get(key) === flight) flights.delete(key);
      });
    flights.set(key, flight);
    return flight;
  };

  return {
    peek: (key) => fresh(key)?.value,
    async get(key) {
      const entry = fresh(key);
      return entry ? entry.value : (flights.get(key) ?? fly(key));
    },
    renew: fly,
    forget(key) {
      entries.delete(key);
      flights.delete(key);
    },
    forgetWhere(matches) {
      for (const [key, { value }] of entries) if (value !== undefined && matches(value)) entries.delete(key);
      flights.clear();
    },
    forgetAll() {
      entries.clear();
      flights.clear();
    },
  };
}

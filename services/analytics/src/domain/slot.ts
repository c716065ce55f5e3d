/** Seconds of the buckets that figures are kept in: a day of any time zone is a whole number of them. */
export const slotSeconds = 900;

/**
 * The 15-minute bucket of an instant.
 *
 * @param at the instant.
 * @returns its number since 1970 in UTC.
 */
export const slotOf = (at: Date): number => Math.floor(at.getTime() / 1000 / slotSeconds);

/**
 * When a bucket begins.
 *
 * @param slot its number.
 * @returns the instant.
 */
export const slotStart = (slot: number): Date => new Date(slot * slotSeconds * 1000);

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/**
 * Says whether a text can be an id of ours.
 *
 * @param text anything.
 * @returns whether it is a UUID.
 */
export const isId = (text: string): boolean => uuid.test(text);

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * Says whether a text is a UUID.
 *
 * @param text anything
 * @returns whether the database takes it for an id
 */
export const isId = (text: string): boolean => uuid.test(text);

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Says whether a text can be an id in a store: a UUID, and so never a path. */
export function isMediaId(text: string): boolean {
  return uuid.test(text);
}

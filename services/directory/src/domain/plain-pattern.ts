/** A character, a class or an escaped character, with or without a quantifier. */
const atom =
  /(\[\^?(?:[^\]\\]|\\.)+\]|\\[dDwWsS.\-/+*?()[\]{}^$|\\]|[^()[\]{}|\\*+?^$])([*+?]|\{\d{1,4}(?:,\d{0,4})?\})?/y;

/** How many quantifiers leave a choice; each multiplies the steps of a search by the length of the text. */
const maximumChoices = 2;

const isFixed = (quantifier: string | undefined): boolean =>
  quantifier === undefined || /^\{\d+\}$/.test(quantifier);

const compiles = (pattern: string): boolean => {
  try {
    return new RegExp(pattern, 'u') instanceof RegExp;
  } catch {
    return false;
  }
};

/**
 * Says whether a pattern is a regular expression that no text can make slow: whole, without groups and alternatives,
 * and with few quantifiers.
 *
 * @param pattern as written
 * @returns whether it may be used
 */
export function isPlainPattern(pattern: string): boolean {
  if (!pattern.startsWith('^') || !pattern.endsWith('$') || pattern.length < 2) return false;
  const inner = pattern.slice(1, -1);
  let choices = 0;
  let position = 0;
  while (position < inner.length) {
    atom.lastIndex = position;
    const found = atom.exec(inner);
    if (!found) return false;
    if (!isFixed(found[2])) choices += 1;
    position = atom.lastIndex;
  }
  return choices <= maximumChoices && compiles(pattern);
}

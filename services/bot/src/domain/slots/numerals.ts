const DIGITS = new Map([...'零一二三四五六七八九'].map((digit, value) => [digit, value] as const));
DIGITS.set('〇', 0).set('两', 2);
const UNITS = new Map([
  ['十', 10],
  ['百', 100],
]);

/** Characters of Chinese numbers, for patterns. */
export const HAN_NUMERALS = '零〇一二两三四五六七八九十百';

/**
 * The number that a text is: `12`, `十二`, `一百零二`; digits said one by one (`五零一`) are 501.
 *
 * @returns undefined where it is none
 */
export function numberOf(text: string): number | undefined {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  const characters = [...text];
  if (characters.length === 0 || characters.some((each) => !DIGITS.has(each) && !UNITS.has(each)))
    return undefined;
  if (characters.every((each) => DIGITS.has(each)))
    return Number(characters.map((each) => DIGITS.get(each)).join(''));
  let sum = 0;
  let digit: number | undefined;
  for (const each of characters) {
    const unit = UNITS.get(each);
    if (unit === undefined) digit = DIGITS.get(each) ?? 0;
    else {
      sum += (digit ?? 1) * unit;
      digit = undefined;
    }
  }
  return sum + (digit ?? 0);
}

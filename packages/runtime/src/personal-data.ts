// Digits as people type them: ASCII or full-width, with a blank, dot, dash or bracket between.
const digit = '[0-9０-９]';
const numberLike = new RegExp(`(?:\\+|00|＋)?\\(?${digit}(?:[\\s().\\-－]{0,2}${digit}){6,}[Xx]?`, 'g');
// Every repetition is bounded, so that no text takes more than time in proportion to its length.
const email = /[\w.%+-]{1,64}[@＠][A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}/g;
// Hong Kong identity card, such as A123456(3).
const hongKongId = /(?<![A-Za-z0-9])[A-Za-z]{1,2}[0-9]{6}\s?[(（]?[0-9Aa][)）]?(?![A-Za-z0-9])/g;
const plainDate = /^(?:19|20)\d{2}([-.])\d{1,2}\1\d{1,2}$/;
const chineseMobile = /^(?:86)?1[3-9]\d{9}$/;
// GB 11643: region, birth date, serial, check digit.
const chineseId = /^[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dX]$/;

/**
 * Replaces what names a person or an account by its kind: `[email]`, `[phone]`, `[id]`, `[card]`, and `[number]` for any
 * other run of seven digits or more. Dates stay. Masks rather too much than too little.
 * @param text what somebody wrote
 */
export function maskPersonalData(text: string): string {
  return text.replace(email, '[email]').replace(hongKongId, '[id]').replace(numberLike, maskNumber);
}

function maskNumber(found: string): string {
  if (plainDate.test(found)) return found;
  const digits = found
    .normalize('NFKC')
    .replace(/[^0-9Xx]/g, '')
    .toUpperCase();
  if (chineseId.test(digits)) return '[id]';
  if (chineseMobile.test(digits) || /^(?:\+|＋|00)/.test(found)) return '[phone]';
  if (/^\d{13,19}$/.test(digits) && passesLuhn(digits)) return '[card]';
  const grouped = /[\s().\-－]/.test(found);
  return grouped && digits.length <= 15 ? '[phone]' : '[number]';
}

/** Check digit of bank cards. Source: ISO/IEC 7812-1, annex B. */
function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let index = 0; index < digits.length; index += 1) {
    const value = Number(digits[digits.length - 1 - index]) * (index % 2 === 1 ? 2 : 1);
    sum += value > 9 ? value - 9 : value;
  }
  return sum % 10 === 0;
}

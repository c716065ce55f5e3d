const EMAIL = /[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}/g;
/** Mainland mobile numbers, and international ones with a plus. */
const PHONE = /(?<![\d+])(?:\+\d[\d -]{6,16}\d|1[3-9]\d(?:[ -]?\d{4}){2})(?!\d)/g;
/** Identity and card numbers. */
const LONG_NUMBER = /(?<!\d)\d{15,19}[\dXx]?(?!\d)/g;

const keepEnds = (text: string, head: number, tail: number): string =>
  `${text.slice(0, head)}****${text.slice(text.length - tail)}`;

/** `138****5678`; keeps the first three and the last four digits. */
export function maskPhone(phone: string): string {
  return keepEnds(phone.replace(/[ -]/g, ''), 3, 4);
}

/** `a****@example.com` */
export function maskEmail(email: string): string {
  return keepEnds(email, 1, email.length - email.indexOf('@'));
}

/** A text with phone numbers, e-mail addresses and long numbers masked. */
export function maskPersonalData(text: string): string {
  return text
    .replace(EMAIL, maskEmail)
    .replace(PHONE, maskPhone)
    .replace(LONG_NUMBER, (number) => keepEnds(number, 4, 4));
}

/** Phone numbers in a text, as written. */
export const phonesIn = (text: string): string[] => text.match(PHONE) ?? [];
/** E-mail addresses in a text. */
export const emailsIn = (text: string): string[] => text.match(EMAIL) ?? [];

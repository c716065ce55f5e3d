import { stripVTControlCharacters } from 'node:util';

// C0 and C1 but tab and line feed, line separators, and marks that turn the direction of writing around.
const unsafe = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/**
 * Takes out of a customer's text what would steer the terminal.
 *
 * @param text anything.
 * @returns the text with its line breaks.
 */
export const printable = (text: string): string => stripVTControlCharacters(text).replace(unsafe, '');

/**
 * The same on one line.
 *
 * @param text anything.
 * @returns the text with single spaces.
 */
export const printableLine = (text: string): string => printable(text.replace(/\s+/g, ' ')).trim();

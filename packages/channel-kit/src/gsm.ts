// 3GPP TS 23.038 §6.2.1: the default alphabet, and the extension table, whose characters take two septets.
const basic =
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà';
const extended = '\f^{}\\[~]|€';

const septets = new Map<string, number>([
  ...[...basic].map((character): [string, number] => [character, 1]),
  ...[...extended].map((character): [string, number] => [character, 2]),
]);

/**
 * Counts a text's septets in the GSM 03.38 alphabet.
 * @returns undefined where the text holds a character that the alphabet lacks, so that it travels as UCS-2
 */
export function gsmUnits(text: string): number | undefined {
  let units = 0;
  for (const character of text) {
    const size = septets.get(character);
    if (size === undefined) return undefined;
    units += size;
  }
  return units;
}

/** How an SMS travels and is billed. */
export interface SmsSegments {
  encoding: 'GSM-7' | 'UCS-2';
  segments: number;
}

/**
 * Counts the segments of an SMS: 160 septets or 70 UTF-16 units in one, 153 or 67 each in several (the user data header
 * takes the rest). A character never straddles two segments. Source: 3GPP TS 23.040 §9.2.3.24.
 */
export function smsSegments(text: string): SmsSegments {
  const septetCount = gsmUnits(text);
  if (septetCount !== undefined) {
    if (septetCount <= 160) return { encoding: 'GSM-7', segments: 1 };
    return { encoding: 'GSM-7', segments: fill(text, 153, (character) => septets.get(character) ?? 1) };
  }
  if (text.length <= 70) return { encoding: 'UCS-2', segments: 1 };
  return { encoding: 'UCS-2', segments: fill(text, 67, (character) => character.length) };
}

function fill(text: string, capacity: number, sizeOf: (character: string) => number): number {
  let segments = 1;
  let used = 0;
  for (const character of text) {
    const size = sizeOf(character);
    if (used + size > capacity) {
      segments += 1;
      used = 0;
    }
    used += size;
  }
  return segments;
}

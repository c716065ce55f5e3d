import { PERSON_OPTION } from './bot-result';
import { foldText } from './normalise';
import { bareText } from './phrase-matcher';

const DIGITS_ZH = [...'一二三四五六七八九'];
const ORDINALS = 'first second third fourth fifth sixth seventh eighth ninth'.split(' ');
const DIGITS_EN = 'one two three four five six seven eight nine'.split(' ');

/** How people write the number of a line. */
function wordsOf(place: number): string[] {
  const [digit, zh, en, ordinal] = [place + 1, DIGITS_ZH[place], DIGITS_EN[place], ORDINALS[place]];
  return [
    ...[`${digit}`, `${zh}`, `第${zh}`, `第${zh}个`, `第${digit}个`, `选${digit}`, `选${zh}`, `${digit}号`],
    ...[`${en}`, `${ordinal}`, `the ${ordinal}`, `${ordinal} one`, `the ${ordinal} one`],
    ...[`option ${digit}`, `number ${digit}`, `no ${digit}`],
  ];
}
const PLACES = new Map([
  ...DIGITS_ZH.flatMap((_, place) => wordsOf(place).map((word) => [bareText(word), place] as const)),
  ['两', 1] as const,
]);

/** The place, from 0, that a text without marks and blanks names; undefined where it names none. */
export const placeOfNumber = (bare: string): number | undefined => PLACES.get(bare);

const NONE = new Set(
  [
    '都不是',
    '都不对',
    '不是',
    '没有',
    '都没有',
    '以上都不是',
    '都不是找人工',
    'none',
    'none of these',
    'none of them',
    'neither',
    'no',
    'none of these a person please',
    'none of the above',
  ].map(bareText),
);

/**
 * The option that a message picks: by its id, its number or its label.
 *
 * @param options ids in the order shown; the last is PERSON_OPTION
 * @param labelOf the label of an id, as shown
 * @returns an id, or undefined if the message says something else
 */
export function chosenOption(
  message: { choiceId?: string; folded: string },
  options: readonly string[],
  labelOf: (id: string) => string,
): string | undefined {
  if (options.length === 0) return undefined;
  if (message.choiceId !== undefined && options.includes(message.choiceId)) return message.choiceId;
  const bare = bareText(message.folded);
  if (bare === '') return undefined;
  const place = placeOfNumber(bare);
  if (place !== undefined) return options[place];
  if (NONE.has(bare)) return PERSON_OPTION;
  return options.find((id) => {
    const label = bareText(foldText(labelOf(id)));
    // Some channels send the numbered line back.
    return bare === label || bare === `${options.indexOf(id) + 1}${label}`;
  });
}

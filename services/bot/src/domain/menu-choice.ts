import { PERSON_OPTION } from './bot-result';
import { foldText } from './normalise';
import { bareText } from './phrase-matcher';

const NUMBERS: readonly (readonly string[])[] = [
  [
    '1',
    '一',
    '第一',
    '第一个',
    '第1个',
    '选1',
    '选一',
    '1号',
    'one',
    'first',
    'the first',
    'first one',
    'the first one',
    'option 1',
    'number 1',
    'no 1',
  ],
  [
    '2',
    '二',
    '两',
    '第二',
    '第二个',
    '第2个',
    '选2',
    '选二',
    '2号',
    'two',
    'second',
    'the second',
    'second one',
    'the second one',
    'option 2',
    'number 2',
    'no 2',
  ],
  [
    '3',
    '三',
    '第三',
    '第三个',
    '第3个',
    '选3',
    '选三',
    '3号',
    'three',
    'third',
    'the third',
    'third one',
    'the third one',
    'option 3',
    'number 3',
    'no 3',
  ],
  [
    '4',
    '四',
    '第四',
    '第四个',
    '第4个',
    '选4',
    '选四',
    '4号',
    'four',
    'fourth',
    'the fourth',
    'fourth one',
    'the fourth one',
    'option 4',
    'number 4',
    'no 4',
  ],
];
const PLACES = new Map(
  NUMBERS.flatMap((words, place) => words.map((word) => [bareText(word), place] as const)),
);
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
  const place = PLACES.get(bare);
  if (place !== undefined) return options[place];
  if (NONE.has(bare)) return PERSON_OPTION;
  return options.find((id) => {
    const label = bareText(foldText(labelOf(id)));
    // Some channels send the numbered line back.
    return bare === label || bare === `${options.indexOf(id) + 1}${label}`;
  });
}

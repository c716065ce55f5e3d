import { placeOfNumber } from '../menu-choice';
import { foldText } from '../normalise';
import { bareText } from '../phrase-matcher';
import type { Slot } from '../ticket-type';

type Options = Slot['options'];

const labelsOf = ({ value, label }: Options[number]): string[] =>
  [value, label.zh ?? '', label.en ?? '']
    .map((text) => bareText(foldText(text)))
    .filter((text) => text !== '');

/**
 * The option that a text names, the longest label winning: `主卧卫生间` is not `卫生间`.
 *
 * @param folded the text
 * @returns undefined where it names none
 */
export function optionNamed(folded: string, options: Options): string | undefined {
  const bare = bareText(folded);
  let best: { value: string; length: number } | undefined;
  for (const option of options) {
    for (const label of labelsOf(option)) {
      const found = bare === label || (label.length > 1 && bare.includes(label));
      if (found && label.length > (best?.length ?? 0)) best = { value: option.value, length: label.length };
    }
  }
  return best?.value;
}

/** The option that an answer to its question picks: by name, or by number as shown. */
export function optionPicked(folded: string, options: Options): string | undefined {
  const bare = bareText(folded);
  const exact = options.find((option) => labelsOf(option).includes(bare))?.value;
  const place = placeOfNumber(bare);
  return exact ?? (place === undefined ? optionNamed(folded, options) : options[place]?.value);
}

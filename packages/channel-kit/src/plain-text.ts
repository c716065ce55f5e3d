import type { Content } from '@omnigate/contracts';

/**
 * Writes a content as text, for channels that carry nothing else. A menu's options are numbered from 1, so that a number
 * chooses.
 * @returns undefined for a kind that has no text of its own
 */
export function plainText({ kind }: Content): string | undefined {
  switch (kind?.$case) {
    case 'text':
      return kind.value.body;
    case 'menu':
      return lines(
        kind.value.body,
        ...kind.value.options.map((option, index) => `${index + 1}. ${option.label}`),
      );
    case 'link':
      return lines(kind.value.title, kind.value.url);
    case 'card':
      return lines(kind.value.title, kind.value.body, kind.value.url);
    case 'location':
      return lines(kind.value.label, `${kind.value.latitude},${kind.value.longitude}`);
    default:
      return undefined;
  }
}

function lines(...texts: string[]): string {
  return texts.filter((text) => text !== '').join('\n');
}

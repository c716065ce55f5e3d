const maxCharacters = 200;

// Also the marks that turn the direction of writing, by which "exe.gpj" looks like "jpg.exe".
const unwanted = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/**
 * Makes a file's name one that can be shown and saved: no folders, no control characters, at most 200 characters of which
 * the last are kept, since they say what it is.
 * @param name as it came from outside
 */
export function safeFileName(name: string): string {
  const base = name.toWellFormed().replace(unwanted, '').split(/[/\\]/).at(-1) ?? '';
  const characters = [...base.trim()];
  const kept = characters.slice(-maxCharacters).join('');
  return kept === '.' || kept === '..' ? '' : kept;
}

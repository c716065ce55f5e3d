import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Converter } from 'opencc-js';
import { pinyin } from 'pinyin-pro';

const DATA = join(__dirname, '..', 'domain', 'data');
const LINE = 100;

/** The 6,763 Han characters of GB 2312, in its order. */
function gb2312Characters(): string[] {
  const decoder = new TextDecoder('gbk');
  const characters: string[] = [];
  for (let row = 0xb0; row <= 0xf7; row += 1) {
    for (let cell = 0xa1; cell <= 0xfe; cell += 1) {
      const character = decoder.decode(Uint8Array.of(row, cell));
      if (/^\p{Script=Han}$/u.test(character)) characters.push(character);
    }
  }
  return characters;
}

/**
 * Traditional characters with the simplified form, where that is in GB 2312. 么 is left out: OpenCC reads it as the
 * traditional form of 幺, and every 什么 would be spoilt.
 */
export function traditionalPairs(): [string, string][] {
  const common = new Set(gb2312Characters());
  const converters = (['tw', 't', 'hk'] as const).map((from) => Converter({ from, to: 'cn' }));
  const pairs: [string, string][] = [];
  for (let code = 0x4e00; code <= 0x9fff; code += 1) {
    const character = String.fromCodePoint(code);
    const simplified = converters.map((convert) => convert(character)).find((form) => form !== character);
    if (character !== '么' && simplified !== undefined && common.has(simplified))
      pairs.push([character, simplified]);
  }
  return pairs;
}

/** The characters of GB 2312 by the syllable of their usual reading. */
export function charactersBySyllable(): Map<string, string> {
  const bySyllable = new Map<string, string>();
  for (const character of gb2312Characters()) {
    const syllable = pinyin(character, { toneType: 'none', type: 'array', v: true })[0];
    if (syllable !== undefined) bySyllable.set(syllable, (bySyllable.get(syllable) ?? '') + character);
  }
  return bySyllable;
}

function quoted(text: string): string {
  const lines: string[] = [];
  for (let i = 0; i < text.length; i += LINE) lines.push(`  '${text.slice(i, i + LINE)}'`);
  return lines.join(' +\n');
}

function traditionalFile(): string {
  const pairs = traditionalPairs();
  return `/**
 * Traditional characters and, at the same place of the second text, their simplified forms.
 * Made by src/eval/generate-character-tables.ts from OpenCC's dictionaries (opencc-js, Apache-2.0); a test compares both.
 * A table costs 0.3 MB where the converter itself costs 19 MB of resident memory.
 */
export const TRADITIONAL_CHARACTERS =
${quoted(pairs.map(([traditional]) => traditional).join(''))};

/** The simplified form of each character of TRADITIONAL_CHARACTERS, in the same order. */
export const SIMPLIFIED_CHARACTERS =
${quoted(pairs.map(([, simplified]) => simplified).join(''))};
`;
}

function pinyinFile(): string {
  const rows = [...charactersBySyllable()].sort(([a], [b]) => (a < b ? -1 : 1));
  return `/**
 * The characters of GB 2312 by their most usual reading, without tones; ü is v.
 * Made by src/eval/generate-character-tables.ts from pinyin-pro (MIT); a test compares both.
 * A table costs 1 MB where the library costs 33 MB of resident memory.
 */
export const PINYIN_SYLLABLES: Readonly<Record<string, string>> = {
${rows.map(([syllable, characters]) => `  ${syllable}: '${characters}',`).join('\n')}
};
`;
}

/** Writes both tables anew. */
export function writeCharacterTables(): void {
  writeFileSync(join(DATA, 'traditional-characters.ts'), traditionalFile());
  writeFileSync(join(DATA, 'pinyin-syllables.ts'), pinyinFile());
}

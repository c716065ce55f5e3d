import stringWidth from 'string-width';
import { printableLine } from './printable';

/** The widest that one cell gets, in terminal columns; json and yaml have all of it. */
const widestCell = 72;

const gap = '  ';

/** A column over rows of one form. */
export interface Column<Row> {
  title: string;
  cell(row: Row): string;
}

const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/**
 * Cuts a text to a width, with an ellipsis where something is missing.
 *
 * @param text on one line.
 * @param width in terminal columns; a Chinese character has two.
 * @returns at most that wide.
 */
export function cutToWidth(text: string, width: number): string {
  if (stringWidth(text) <= width) return text;
  let cut = '';
  let taken = 0;
  for (const { segment } of segmenter.segment(text)) {
    taken += stringWidth(segment);
    if (taken > width - 1) break;
    cut += segment;
  }
  return `${cut}…`;
}

/**
 * Lays rows out in aligned columns, as wide as their widest cell.
 *
 * @param columns titles and cells.
 * @param rows what to show.
 * @returns lines: the titles, then one per row.
 */
export function layTable<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string[] {
  const cells = rows.map((row) =>
    columns.map(({ cell }) => cutToWidth(printableLine(cell(row)) || '-', widestCell)),
  );
  const lines = [columns.map(({ title }) => title), ...cells];
  const widths = columns.map((_, index) => Math.max(...lines.map((line) => stringWidth(line[index] ?? ''))));
  return lines.map((line) =>
    line
      .map((cell, index) => cell + ' '.repeat((widths[index] ?? 0) - stringWidth(cell)))
      .join(gap)
      .trimEnd(),
  );
}

import stringWidth from 'string-width';
import { printableLine } from '../output/printable';
import { cutToWidth } from '../output/table';
import { bar } from './bars';

/** Lines of a report fit this many columns. */
export const reportWidth = 80;
const indent = '  ';
const gap = '  ';
/** All labels of a row together. */
const widestLabels = 38;
/** A bar shorter than this says nothing. */
const leastBar = 6;

/** Writes text in a colour, or as it is. */
export type Paint = (style: 'title' | 'bar' | 'dim', text: string) => string;

const styles = { title: '1', bar: '36', dim: '2' } as const;

/** Colours of a terminal. */
export const inColour: Paint = (style, text) =>
  text === '' ? '' : `\u001b[${styles[style]}m${text}\u001b[0m`;

/** No colours. Source: https://no-color.org */
export const plainly: Paint = (_, text) => text;

/** A row: what it is of, its numbers as they are shown, and what its bar shows. */
export interface ReportRow {
  labels: readonly string[];
  values: readonly string[];
  bar?: number;
}

/** Rows below titles of their columns; the first ones are of labels. */
export interface ReportTable {
  titles: readonly string[];
  rows: readonly ReportRow[];
}

/**
 * Lays rows out: labels to the left, numbers to the right, a bar in what is left of the line.
 *
 * @param table titles, which may be none, and rows.
 * @param paint how colours are written.
 * @returns a line for the titles, if there are any, and one for each row.
 */
export function layReportTable({ titles, rows }: ReportTable, paint: Paint): string[] {
  const labelCount = rows[0]?.labels.length ?? 0;
  const shown = (label: string): string => cutToWidth(printableLine(label), widestLabels / labelCount);
  const cells = rows.map(({ labels, values }) => [...labels.map(shown), ...values]);
  const lines = titles.length > 0 ? [titles, ...cells] : cells;
  const widths = (lines[0] ?? []).map((_, at) =>
    Math.max(...lines.map((line) => stringWidth(line[at] ?? ''))),
  );
  const lay = (line: readonly string[]): string =>
    indent + line.map((cell, at) => aligned(cell, widths[at] ?? 0, at >= labelCount)).join(gap);
  const taken = stringWidth(lay(lines[0] ?? [])) + gap.length;
  const most = Math.max(...rows.map((row) => row.bar ?? 0));
  const barOf = (row: ReportRow | undefined): string =>
    reportWidth - taken < leastBar ? '' : bar(row?.bar ?? 0, most, reportWidth - taken);
  const head = titles.length > 0 ? [paint('dim', lay(titles).trimEnd())] : [];
  return [
    ...head,
    ...cells.map((line, at) => `${lay(line)}${gap}${paint('bar', barOf(rows[at]))}`.trimEnd()),
  ];
}

function aligned(cell: string, width: number, right: boolean): string {
  const blank = ' '.repeat(Math.max(0, width - stringWidth(cell)));
  return right ? blank + cell : cell + blank;
}

/**
 * Fills lines with words, as many as fit each.
 *
 * @param words in order.
 * @returns the lines.
 */
export function fillLines(words: readonly string[]): string[] {
  const lines: string[] = [];
  for (const word of words.map(printableLine)) {
    const line = lines.at(-1);
    const longer = line === undefined ? undefined : `${line}${gap}${word}`;
    if (longer === undefined || stringWidth(longer) > reportWidth) lines.push(indent + word);
    else lines[lines.length - 1] = longer;
  }
  return lines;
}

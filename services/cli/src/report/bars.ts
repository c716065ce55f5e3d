const eighths = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];
const heights = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/**
 * A bar whose length shows a number, to an eighth of a column.
 *
 * @param value from 0.
 * @param most the number of the longest bar.
 * @param width of the longest bar, in columns.
 * @returns at least a sliver for what is not 0.
 */
export function bar(value: number, most: number, width: number): string {
  if (value <= 0 || most <= 0) return '';
  const parts = Math.max(1, Math.round((value / most) * width * 8));
  return '█'.repeat(Math.floor(parts / 8)) + eighths[parts % 8];
}

/**
 * Columns beside each other whose heights show numbers.
 *
 * @param values from 0.
 * @param width of each, in columns.
 * @returns one line.
 */
export function columnsOf(values: readonly number[], width: number): string {
  const most = Math.max(...values, 1);
  const height = (value: number): string =>
    heights[value > 0 ? Math.max(1, Math.round((value / most) * 8)) : 0] ?? ' ';
  return values.map((value) => height(value).repeat(width)).join('');
}

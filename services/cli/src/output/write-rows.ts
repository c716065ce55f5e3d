import { stringify } from 'yaml';
import { printLine, type Terminal, tell } from '../terminal';
import { type Column, layTable } from './table';

/** How results are written. */
export const formats = ['table', 'json', 'yaml'] as const;

/** One of formats. */
export type Format = (typeof formats)[number];

/** A row in protobuf JSON: the proto's own field names, enum values by name. */
export type JsonRow = { readonly [field: string]: unknown };

/** What to write, and how a table shows it. */
export interface Rows {
  rows: AsyncIterable<JsonRow> | Iterable<JsonRow>;
  columns: readonly Column<JsonRow>[];
  /** What there is none of, such as "conversations"; told when a table is empty. */
  title: string;
}

/**
 * Writes rows: a table, a JSON array, or YAML documents.
 *
 * @param terminal where to.
 * @param format which of them.
 * @param listed the rows.
 */
export async function writeRows(terminal: Terminal, format: Format, listed: Rows): Promise<void> {
  if (format === 'json') await writeJson(terminal, listed.rows);
  else if (format === 'yaml') await writeYaml(terminal, listed.rows);
  else await writeTable(terminal, listed);
}

/** Row by row, since there may be millions. */
async function writeJson({ output }: Terminal, rows: Rows['rows']): Promise<void> {
  let before = '[\n';
  for await (const row of rows) {
    output.write(before + JSON.stringify(row, null, 2).replace(/^/gm, '  '));
    before = ',\n';
  }
  output.write(before === '[\n' ? '[]\n' : '\n]\n');
}

async function writeYaml({ output }: Terminal, rows: Rows['rows']): Promise<void> {
  let before = '';
  for await (const row of rows) {
    output.write(before + stringify(row, { lineWidth: 0 }));
    before = '---\n';
  }
}

async function writeTable(terminal: Terminal, { rows, columns, title }: Rows): Promise<void> {
  const all: JsonRow[] = [];
  for await (const row of rows) all.push(row);
  if (all.length === 0) tell(terminal, `No ${title.replaceAll('-', ' ')}.`);
  else for (const line of layTable(columns, all)) printLine(terminal, line);
}

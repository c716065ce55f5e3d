import { CsvError, parse as parseCsv } from 'csv-parse/sync';
import { isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import { CommandError } from '../command-error';
import type { SourceText } from './source-text';

/** One row of a file, by column. */
export interface FileRow {
  /** Where it begins, from 1. */
  line: number;
  values: Readonly<Record<string, unknown>>;
}

/**
 * Reads a table: CSV with a line of titles, or a JSON array of objects.
 *
 * @param source the file; JSON by its name, or because it begins with a bracket.
 * @returns its rows; titles in lower case without spaces around them.
 * @throws CommandError with file and line when it is neither.
 */
export function readRows(source: SourceText): FileRow[] {
  const text = source.text.replace(/^\uFEFF/, '');
  return /\.json$/i.test(source.name) || text.trimStart().startsWith('[')
    ? jsonRows({ ...source, text })
    : csvRows({ ...source, text });
}

function csvRows({ name, text }: SourceText): FileRow[] {
  try {
    const rows = parseCsv(text, {
      columns: (titles: string[]) => titles.map((title) => title.trim().toLowerCase()),
      skip_empty_lines: true,
      info: true,
    }) as unknown as { record: Record<string, string>; info: { lines: number } }[];
    return rows.map(({ record, info }) => ({ line: startLine(info.lines, record), values: record }));
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new CommandError(`${name}:${String(error.lines ?? 1)}: is no CSV: ${error.message}`);
  }
}

/** The parser counts lines at a record's end. */
const startLine = (endLine: number, record: Record<string, string>): number =>
  endLine -
  Object.values(record).reduce((breaks, value) => breaks + (value.match(/\r\n|\n|\r/g)?.length ?? 0), 0);

function jsonRows({ name, text }: SourceText): FileRow[] {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, schema: 'json' });
  const lineOf = (offset: number): number => lines.linePos(offset).line;
  const [error] = document.errors;
  if (error) throw new CommandError(`${name}:${lineOf(error.pos[0])}: is no JSON: ${error.message}`);
  const { contents } = document;
  if (!isSeq(contents)) throw new CommandError(`${name}:1: must be a list of objects`);
  const values = document.toJS() as unknown[];
  return values.map((value, index) => {
    const line = lineOf((contents.items[index] as Node).range?.[0] ?? 0);
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw new CommandError(`${name}:${line}: must be an object`);
    return { line, values: value as Record<string, unknown> };
  });
}

/**
 * Reads a cell that may hold several texts.
 *
 * @param value a list, or texts with `|` or line breaks between them.
 */
export function textsOf(value: unknown): string[] {
  const parts = Array.isArray(value) ? value.map(String) : String(value ?? '').split(/[|\n]/);
  return parts.map((part) => part.trim()).filter((part) => part !== '');
}

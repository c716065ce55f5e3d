import { CommandError } from '../command-error';
import { type FileRow, readRows, textsOf } from '../documents/row-file';
import type { SourceText } from '../documents/source-text';

/** A question with the names of the articles that answer it; none where a person must. */
export interface LabelledQuestion {
  text: string;
  labels: string[];
}

const textColumns = ['text', 'question', 'query', '问题'];
const labelColumns = ['labels', 'label', 'articles', 'article', 'expected', 'category', '答案'];
const noArticle = /^(?:oos|none|person|-)$/i;

const firstOf = ({ values }: FileRow, columns: readonly string[]): unknown =>
  columns.map((column) => values[column]).find((value) => value !== undefined);

/**
 * Reads questions to grade the bot by: CSV or a JSON array of `{text, labels}`.
 *
 * @param source the file.
 * @returns the questions; `OOS`, `none`, `-` or an empty label mean that no article answers it.
 * @throws CommandError with file and line where a text or the column of labels is missing.
 */
export function readQuestions(source: SourceText): LabelledQuestion[] {
  return readRows(source).map((row) => {
    const text = firstOf(row, textColumns);
    const labels = firstOf(row, labelColumns);
    if (typeof text !== 'string' || text.trim() === '')
      throw new CommandError(`${source.name}:${row.line}: text: is required (${textColumns.join(', ')})`);
    if (labels === undefined)
      throw new CommandError(`${source.name}:${row.line}: labels: is required (${labelColumns.join(', ')})`);
    return { text, labels: textsOf(labels).filter((label) => !noArticle.test(label)) };
  });
}

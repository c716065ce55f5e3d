import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { text as readAll } from 'node:stream/consumers';
import { CommandError } from '../command-error';
import type { Terminal } from '../terminal';

/** A file's text under the name that the person gave it. */
export interface SourceText {
  name: string;
  text: string;
}

const resourceFile = /\.(?:ya?ml|json)$/i;

/**
 * Reads what `-f` names: files, folders, or `-` for stdin.
 *
 * @param names as given.
 * @param o.recursive also what lies deeper in folders.
 * @param terminal stdin and the folder that names start from.
 * @returns the files in the order of their names.
 * @throws CommandError when one is missing, or a folder has no resource files.
 */
export async function readSources(
  names: readonly string[],
  o: { recursive: boolean },
  terminal: Terminal,
): Promise<SourceText[]> {
  const sources: SourceText[] = [];
  for (const name of names) {
    if (name === '-') sources.push({ name: '<stdin>', text: await readAll(terminal.input) });
    else for (const file of filesOf(name, o.recursive, terminal)) sources.push(readSource(file, terminal));
  }
  return sources;
}

/**
 * Reads one file.
 *
 * @param name as given; `-` is not special.
 * @param terminal the folder that the name starts from.
 * @throws CommandError when it can not be read.
 */
export function readSource(name: string, terminal: Terminal): SourceText {
  try {
    return { name, text: readFileSync(resolve(terminal.folder, name), 'utf8') };
  } catch (error) {
    throw unreadable(name, error);
  }
}

function filesOf(name: string, recursive: boolean, terminal: Terminal): string[] {
  const path = resolve(terminal.folder, name);
  try {
    if (!statSync(path).isDirectory()) return [name];
    const files = readdirSync(path, { recursive })
      .map(String)
      .filter((file) => resourceFile.test(file) && !/(?:^|[\\/])\./.test(file))
      .sort();
    if (files.length > 0) return files.map((file) => join(name, file));
  } catch (error) {
    throw unreadable(name, error);
  }
  const hint = recursive ? '' : 'Add -R to look into the folders in it.';
  throw new CommandError(`${name}: no .yaml, .yml or .json file in this folder`, undefined, hint);
}

function unreadable(name: string, error: unknown): CommandError {
  const { code } = error as NodeJS.ErrnoException;
  const reason =
    code === 'ENOENT' ? 'there is no such file or folder' : `can not be read (${code ?? 'unknown'})`;
  return new CommandError(`${name}: ${reason}`);
}

import type { AppliedResource, Resource } from '@omnigate/contracts';
import type { Command } from 'commander';
import { CommandError } from '../command-error';
import type { Server } from '../connection';
import { applyDocuments, type Problem, refused } from '../documents/apply-documents';
import { articleOfRow } from '../documents/article-rows';
import { problemAt, readResources } from '../documents/resource-documents';
import { readRows } from '../documents/row-file';
import { readSource, type SourceText } from '../documents/source-text';
import { printLine, type Terminal, tell } from '../terminal';
import { outcomeLine } from './apply';
import { examples, onServer } from './global-options';

/** Articles of a request, and their size as JSON in bytes: the server takes 4 MiB. */
const chunkLimits = { articles: 1_000, bytes: 2_000_000 };

interface Article {
  resource: Resource;
  problemAt(field: string, description: string): Problem;
}

const isTable = ({ name, text }: SourceText): boolean =>
  /\.csv$/i.test(name) || (/\.json$/i.test(name) && /^\uFEFF?\s*\[/.test(text));

function readTable(source: SourceText): { articles: Article[]; problems: Problem[] } {
  const problems: Problem[] = [];
  const strange = new Set<string>();
  const articles = readRows(source).map((row) => {
    const { resource, unknown } = articleOfRow(row);
    const problemOf = (field: string, description: string): Problem => ({
      source: source.name,
      line: row.line,
      text: `${field.replace(/^spec\./, '')}: ${description}`,
    });
    for (const title of unknown.filter((each) => !strange.has(each))) {
      strange.add(title);
      problems.push(problemOf(title, 'is not a known column'));
    }
    return { resource, problemAt: problemOf };
  });
  return { articles, problems };
}

function readDocuments(
  source: SourceText,
  env: NodeJS.ProcessEnv,
): { articles: Article[]; problems: Problem[] } {
  const { documents, problems } = readResources([source], env);
  const articles = documents.map((document) => ({
    resource: document.resource,
    problemAt: (field: string, description: string) => problemAt(document, field, description),
  }));
  for (const { resource, problemAt: problemOf } of articles)
    if (!/^knowledge-?articles?$/i.test(resource.kind))
      problems.push(problemOf('kind', 'must be KnowledgeArticle; other kinds go by `omnigate apply`'));
  return { articles, problems };
}

function repeats(articles: readonly Article[]): Problem[] {
  const seen = new Set<string>();
  return articles.flatMap(({ resource, problemAt: problemOf }) => {
    const name = resource.metadata?.name ?? '';
    const repeated = seen.has(name);
    seen.add(name);
    return repeated ? [problemOf('metadata.name', `${name} stands twice in this file`)] : [];
  });
}

function chunksOf(articles: readonly Article[]): Article[][] {
  const chunks: Article[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const article of articles) {
    const size = Buffer.byteLength(JSON.stringify(article.resource));
    const full = (chunks.at(-1)?.length ?? 0) >= chunkLimits.articles || bytes + size > chunkLimits.bytes;
    if (full) chunks.push([]);
    bytes = full ? size : bytes + size;
    chunks.at(-1)?.push(article);
  }
  return chunks;
}

function applyChunk(
  server: Server,
  chunk: readonly Article[],
  validateOnly: boolean,
): Promise<AppliedResource[]> {
  return applyDocuments(server, {
    resources: chunk.map(({ resource }) => resource),
    validateOnly,
    problemAt: (index, field, description) => {
      const article = chunk[index];
      if (!article) throw new Error('the server names a resource that was not sent');
      return article.problemAt(field, description);
    },
  });
}

async function importAll(articles: readonly Article[], server: Server, terminal: Terminal): Promise<void> {
  const chunks = chunksOf(articles);
  // All that can be checked is checked before anything is written.
  if (chunks.length > 1) for (const chunk of chunks) await applyChunk(server, chunk, true);
  let done = 0;
  for (const chunk of chunks) {
    for (const applied of await applyChunk(server, chunk, false)) printLine(terminal, outcomeLine(applied));
    done += chunk.length;
    if (chunks.length > 1) tell(terminal, `${done} of ${articles.length} articles`);
  }
}

async function importFile(file: string, command: Command, terminal: Terminal): Promise<void> {
  const source = readSource(file, terminal);
  const { articles, problems } = isTable(source) ? readTable(source) : readDocuments(source, terminal.env);
  problems.push(...repeats(articles));
  if (problems.length > 0) throw refused(problems);
  if (articles.length === 0) throw new CommandError(`${file}: holds no articles`);
  await onServer(command, terminal, (server) => importAll(articles, server, terminal));
}

/**
 * Adds `omnigate kb import`.
 *
 * @param program where to.
 * @param terminal where it is called.
 */
export function addKnowledge(program: Command, terminal: Terminal): void {
  program
    .command('kb')
    .summary('fill the knowledge base')
    .description(
      'What the bot knows. `omnigate get articles` shows it, `omnigate get unresolved` what it lacks.',
    )
    .addHelpText('after', examples('omnigate kb import faq.csv'))
    .command('import')
    .summary('import articles from a file')
    .description(
      'Imports articles: YAML documents of kind KnowledgeArticle, or CSV or a JSON array with the columns question, answer, ' +
        'variants (several with | between them), language, name, short_answer, audience, handling, valid_from, valid_until ' +
        '(in Chinese: 问题, 答案, 相似问, 语言, 名称, 短答案). An article without a name gets one from its question, so that a ' +
        'second import changes only what is new.',
    )
    .argument('<file>', 'a .yaml, .csv or .json file')
    .addHelpText('after', examples('omnigate kb import faq.csv', 'omnigate kb import examples/faq.yaml'))
    .action((file: string, _options: unknown, command: Command) => importFile(file, command, terminal));
}

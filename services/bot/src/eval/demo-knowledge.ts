import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { type KnowledgeArticle, knowledgeArticleSpec } from '../domain/knowledge-article';

const document = z.strictObject({
  kind: z.literal('KnowledgeArticle'),
  metadata: z.strictObject({ name: z.string().regex(/^[a-z0-9-]+$/) }),
  spec: knowledgeArticleSpec,
});

/** The folder of the demo knowledge, from src as from dist. */
export const DEMO_FOLDER = join(__dirname, '..', '..', 'demo');

/** Reads the demo knowledge; its names serve as ids. */
export function readDemoKnowledge(folder: string = DEMO_FOLDER): KnowledgeArticle[] {
  const files = readdirSync(folder).filter((file) => file.endsWith('.yaml'));
  return files.sort().flatMap((file) =>
    parseAllDocuments(readFileSync(join(folder, file), 'utf8')).map((parsed) => {
      const { metadata, spec } = document.parse(parsed.toJS());
      return { ...spec, id: metadata.name, name: metadata.name };
    }),
  );
}

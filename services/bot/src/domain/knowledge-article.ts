import { z } from 'zod';

const time = z.iso.datetime({ offset: true });

/** The spec of a KnowledgeArticle resource, as written in YAML. Unknown keys are refused. */
export const knowledgeArticleSpec = z.strictObject({
  language: z.string().regex(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, 'a BCP 47 language such as zh or en'),
  audience: z.string().min(1).max(64).default('everyone'),
  question: z.string().trim().min(1).max(500),
  variants: z.array(z.string().trim().min(1).max(500)).max(200).default([]),
  answer: z.string().trim().min(1).max(10_000),
  short_answer: z.string().trim().min(1).max(500).optional(),
  valid_from: time.optional(),
  valid_until: time.optional(),
  handling: z.enum(['answer', 'human']).default('answer'),
});

export type KnowledgeArticleSpec = z.infer<typeof knowledgeArticleSpec>;

/** An article as the engine takes it. Names are unique in a tenant. */
export interface KnowledgeArticle extends KnowledgeArticleSpec {
  id: string;
  name: string;
}

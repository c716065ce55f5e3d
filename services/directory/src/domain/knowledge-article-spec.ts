import { z } from 'zod';
import { text, trimmed } from './text';

const languageTag = text(35).regex(/^[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*$/, {
  error: 'must be a BCP 47 tag, such as zh or en',
});

const pointInTime = z.iso.datetime({
  offset: true,
  error: 'must be a time with its zone, such as 2026-12-31T18:00:00+08:00',
});

/** spec of a KnowledgeArticle. What passes here the bot takes too. */
export const knowledgeArticleSpec = z
  .strictObject({
    language: languageTag.default('zh'),
    audience: text(63, 1).default('everyone'),
    question: trimmed(500),
    variants: z.array(trimmed(500)).max(200).default([]),
    answer: trimmed(10_000),
    short_answer: trimmed(500).optional(),
    valid_from: pointInTime.optional(),
    valid_until: pointInTime.optional(),
    handling: z.enum(['answer', 'human']).default('answer'),
  })
  .refine(
    (spec) =>
      spec.valid_from === undefined ||
      spec.valid_until === undefined ||
      Date.parse(spec.valid_from) < Date.parse(spec.valid_until),
    { path: ['valid_until'], error: 'must be later than valid_from' },
  );

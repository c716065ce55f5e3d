import { z } from 'zod';
import { text } from './text';

const languageTag = text(35, 2).regex(/^[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*$/, {
  error: 'must be a BCP 47 tag, such as zh or en',
});

const pointInTime = z.union([z.iso.date(), z.iso.datetime({ offset: true })], {
  error: 'must be a date such as 2026-12-31 or a time such as 2026-12-31T18:00:00+08:00',
});

/** spec of a KnowledgeArticle. */
export const knowledgeArticleSpec = z
  .strictObject({
    language: languageTag.default('zh'),
    audience: text(63, 1).default('everyone'),
    question: text(1000, 1),
    variants: z.array(text(1000, 1)).max(200).default([]),
    answer: text(20_000).default(''),
    short_answer: text(2000, 1).optional(),
    valid_from: pointInTime.optional(),
    valid_until: pointInTime.optional(),
    handling: z.enum(['answer', 'human']).default('answer'),
  })
  .refine((spec) => spec.answer !== '' || spec.handling === 'human', {
    path: ['answer'],
    error: 'is required unless handling is human',
  })
  .refine(
    (spec) =>
      spec.valid_from === undefined ||
      spec.valid_until === undefined ||
      Date.parse(spec.valid_from) < Date.parse(spec.valid_until),
    { path: ['valid_until'], error: 'must be later than valid_from' },
  );

import { createHash } from 'node:crypto';
import type { Resource } from '@omnigate/contracts';
import { type FileRow, textsOf } from './row-file';

/** Titles of a table's columns, in both languages, and the field of a KnowledgeArticle that each fills. */
const fieldOfTitle: Readonly<Record<string, string>> = {
  name: 'name',
  名称: 'name',
  question: 'question',
  问题: 'question',
  标准问: 'question',
  answer: 'answer',
  答案: 'answer',
  回答: 'answer',
  variants: 'variants',
  相似问: 'variants',
  language: 'language',
  语言: 'language',
  short_answer: 'short_answer',
  短答案: 'short_answer',
  audience: 'audience',
  handling: 'handling',
  valid_from: 'valid_from',
  valid_until: 'valid_until',
};

const longestSlug = 40;

/**
 * A name that stays the same as long as the question does, so that a second import says `unchanged`.
 *
 * @param question in any language.
 * @returns such as `how-do-i-pay-3fa9c12b`; only letters of the question that a name may have are in it.
 */
export function articleName(question: string): string {
  const normal = question.normalize('NFKC').trim().toLowerCase();
  const digest = createHash('sha256').update(normal).digest('hex').slice(0, 8);
  const slug = normal
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, longestSlug)
    .replace(/^-+|-+$/g, '');
  return `${slug || 'faq'}-${digest}`;
}

/**
 * Makes a KnowledgeArticle of a row.
 *
 * @param row of a table.
 * @returns the resource, and the titles that no field has.
 */
export function articleOfRow({ values }: FileRow): { resource: Resource; unknown: string[] } {
  const fields: Record<string, string> = {};
  const spec: Record<string, unknown> = {};
  const unknown: string[] = [];
  for (const [title, value] of Object.entries(values)) {
    const field = fieldOfTitle[title];
    if (field === undefined) unknown.push(title);
    else if (field === 'variants') spec.variants = textsOf(value);
    else if (value !== null && String(value).trim() !== '') fields[field] = String(value).trim();
  }
  const { name, ...rest } = fields;
  const question = rest.question ?? '';
  const language = rest.language ?? (/\p{Script=Han}/u.test(question) ? 'zh' : 'en');
  return {
    resource: {
      kind: 'KnowledgeArticle',
      metadata: { name: name ?? articleName(question), id: '' },
      spec: { ...spec, ...rest, language },
      status: undefined,
    },
    unknown,
  };
}

import { Article, KnowledgeServiceService, type ListArticlesRequest } from '@omnigate/contracts';
import { AppError } from '@omnigate/errors';
import {
  type CallContext,
  defineService,
  pageSize,
  pageToken,
  parsePageToken,
  type Role,
  type RpcService,
} from '@omnigate/rpc';
import type { BotContext } from '../context';
import type { KnowledgeArticle } from '../domain/knowledge-article';
import { dismissUnresolved, listEvidence, listUnresolved } from '../store/lists';

const readers: readonly Role[] = ['owner', 'admin', 'supervisor', 'agent', 'auditor', 'service', 'operator'];

/**
 * KnowledgeService: what the bot knows, and what it did not know.
 *
 * @param context what the bot works with.
 * @returns the service.
 */
export function createKnowledgeService(context: BotContext): RpcService {
  const allow = {
    listArticles: readers,
    listUnresolvedQuestions: readers,
    dismissUnresolvedQuestion: ['owner', 'admin', 'supervisor', 'operator'] as const,
    listAnswerEvidence: readers,
  };
  return defineService(KnowledgeServiceService, allow, {
    listArticles: (request, ctx) => articles(context, request, ctx),
    listUnresolvedQuestions: (request, ctx) => unresolved(context, request, ctx),
    dismissUnresolvedQuestion: (request, ctx) => dismiss(context, request.questionId, ctx),
    listAnswerEvidence: (request, ctx) => evidence(context, request, ctx),
  });
}

interface PageRequest {
  pageSize: number;
  pageToken: string;
}

async function articles(context: BotContext, request: ListArticlesRequest, ctx: CallContext) {
  const size = pageSize(request.pageSize);
  const after = parsePageToken(request.pageToken, { name: 'text' })?.name ?? '';
  const all = [...(await context.knowledge.ready(ctx.identity.tenantId))].sort((a, b) =>
    a.name < b.name ? -1 : 1,
  );
  const rest = all.filter((article) => article.name > after);
  const page = rest.slice(0, size);
  const last = page.at(-1);
  return {
    articles: page.map(toArticle),
    nextPageToken: rest.length > size && last ? pageToken({ name: last.name }) : '',
  };
}

function toArticle(article: KnowledgeArticle): Article {
  return Article.fromPartial({
    name: article.name,
    language: article.language,
    audience: article.audience,
    question: article.question,
    variants: article.variants,
    answer: article.answer,
    shortAnswer: article.short_answer ?? '',
    handling: article.handling,
    ...(article.valid_from && { validFrom: new Date(article.valid_from) }),
    ...(article.valid_until && { validUntil: new Date(article.valid_until) }),
  });
}

async function unresolved(context: BotContext, request: PageRequest, ctx: CallContext) {
  const { tenantId } = ctx.identity;
  const size = pageSize(request.pageSize);
  const token = parsePageToken(request.pageToken, { count: 'integer', id: 'uuid' });
  const after = token && { count: Number(token.count), id: token.id };
  const rows = await context.database.transaction({ tenants: [tenantId] }, (tx) =>
    listUnresolved(tx, { tenantId, after, limit: size + 1 }),
  );
  const last = rows.length > size ? rows[size - 1] : undefined;
  return {
    questions: rows.slice(0, size).map(({ id, question, language, count, last_at }) => ({
      id,
      question,
      language,
      count,
      lastTime: last_at,
    })),
    nextPageToken: last ? pageToken({ count: String(last.count), id: last.id }) : '',
  };
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

function requireId(field: string, value: string): void {
  if (uuid.test(value)) return;
  throw new AppError('INVALID_ARGUMENT', {}, { fields: [{ field, description: 'must be a UUID' }] });
}

async function dismiss(context: BotContext, questionId: string, ctx: CallContext) {
  requireId('question_id', questionId);
  const { tenantId } = ctx.identity;
  const found = await context.database.transaction({ tenants: [tenantId] }, (tx) =>
    dismissUnresolved(tx, tenantId, questionId),
  );
  if (!found) throw new AppError('NOT_FOUND', { resource: 'question' });
  return {};
}

async function evidence(
  context: BotContext,
  request: PageRequest & { conversationId: string },
  ctx: CallContext,
) {
  requireId('conversation_id', request.conversationId);
  const { tenantId } = ctx.identity;
  const size = pageSize(request.pageSize);
  const before = parsePageToken(request.pageToken, { turn: 'uuid' })?.turn ?? null;
  const page = { tenantId, conversationId: request.conversationId, before, limit: size + 1 };
  const rows = await context.database.transaction({ tenants: [tenantId] }, (tx) => listEvidence(tx, page));
  const last = rows.length > size ? rows[size - 1] : undefined;
  return {
    evidence: rows.slice(0, size).map((row) => ({
      turnId: row.turn_id,
      evidence: JSON.parse(row.evidence),
      createTime: row.created_at,
    })),
    nextPageToken: last ? pageToken({ turn: last.turn_id }) : '',
  };
}

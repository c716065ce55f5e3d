export { type BotDeps, createBot } from './app';
export { type KnowledgeArticle, knowledgeArticleSpec } from './domain/knowledge-article';
export { answerMany } from './rpc/answer-many';
export { botSchema } from './schema';

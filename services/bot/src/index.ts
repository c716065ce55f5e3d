export { type BotDeps, createBot } from './app';
export { type KnowledgeArticle, knowledgeArticleSpec } from './domain/knowledge-article';
export { botSchema } from './schema';

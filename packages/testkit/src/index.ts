export { type FreshDatabase, freshDatabase } from './database/fresh-database';
export { startTestDatabase, type TestDatabase } from './database/test-server';
export {
  createWebVisitor,
  type VisitorFrame,
  type VisitorMessage,
  type WebVisitor,
  type WebVisitorOptions,
} from './web-visitor/web-visitor';

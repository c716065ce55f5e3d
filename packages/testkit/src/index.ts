export { type FreshDatabase, freshDatabase } from './database/fresh-database';
export { startTestDatabase, type TestDatabase } from './database/test-server';

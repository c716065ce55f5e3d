import type { Migration } from '@omnigate/database';

/** A key of role worker names its Worker. */
export const workerKeysMigration: Migration = {
  id: '0002_worker_keys',
  sql: 'alter table api_key add column worker text;',
};

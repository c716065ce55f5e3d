import { createDatabase, type ServiceSchema, tenantPolicy } from '@omnigate/database';
import { createLogger } from '@omnigate/runtime';
import { freshDatabase } from './fresh-database';

const logger = createLogger({ service: 'test', level: 'silent' });
const schema: ServiceSchema = {
  schema: 'sample',
  role: 'omnigate_sample',
  unscopedTables: ['counter'],
  migrations: [
    {
      id: '0001_sample',
      sql: `create table counter (name text primary key, value int not null);
            create table thing (tenant_id uuid not null, id int not null, primary key (tenant_id, id));
            ${tenantPolicy('thing')}`,
    },
  ],
};

function open(url: string) {
  return createDatabase({ url, schema: schema.schema, role: schema.role, applicationName: 'test', logger });
}

describe('freshDatabase', () => {
  it('gives each caller an own migrated database', async () => {
    const fresh = await Promise.all([
      freshDatabase([schema]),
      freshDatabase([schema]),
      freshDatabase([schema]),
    ]);
    const databases = fresh.map(({ url }) => open(url));
    await databases[0]?.query({ text: "insert into counter values ('a', 1)" });
    const counts = await Promise.all(
      databases.map((database) =>
        database.query<{ n: bigint }>({ text: 'select count(*) as n from counter' }),
      ),
    );
    expect(counts.map((rows) => rows[0]?.n)).toEqual([1n, 0n, 0n]);
    await Promise.all(databases.map((database) => database.end()));
    await Promise.all(fresh.map(({ drop }) => drop()));
  });

  it('drops a database that is still in use', async () => {
    const fresh = await freshDatabase([schema]);
    const database = open(fresh.url);
    await database.query({ text: 'select 1' });
    await fresh.drop();
    await expect(database.query({ text: 'select 1' })).rejects.toBeDefined();
    await database.end();
  });
});

import { createLogger, newId } from '@omnigate/runtime';
import { type FreshDatabase, freshDatabase } from '@omnigate/testkit';
import {
  type CommitSink,
  createDatabase,
  type Database,
  type ServiceSchema,
  sqlState,
  type Transaction,
  tenantPolicy,
} from './index';

const logger = createLogger({ service: 'test', level: 'silent' });

const schema: ServiceSchema = {
  schema: 'shop',
  role: 'omnigate_shop',
  unscopedTables: ['counter'],
  migrations: [
    {
      id: '0001_shop',
      sql: `create table contact (tenant_id uuid not null, id int not null, name text, primary key (tenant_id, id));
            ${tenantPolicy('contact')}
            create table counter (name text primary key, value int not null);
            create view contact_name with (security_invoker = true) as select name from contact;`,
    },
  ],
};

const own = newId();
const foreign = newId();

let fresh: FreshDatabase;
let database: Database;

function open(url: string, poolSize = 2): Database {
  return createDatabase({
    url,
    schema: schema.schema,
    role: schema.role,
    poolSize,
    applicationName: 'test',
    logger,
  });
}

const insertContact = (tenant: string, id: number) => ({
  name: 'insert_contact',
  text: 'insert into contact (tenant_id, id, name) values ($1, $2, $3)',
  values: [tenant, id, `name ${id}`],
});
const readContacts = { text: 'select tenant_id, id from contact order by id' };

async function countContacts(tenants: string[]): Promise<number> {
  const rows = await database.transaction({ tenants }, (tx) => tx.query(readContacts));
  return rows.length;
}

async function failure(work: Promise<unknown>): Promise<unknown> {
  try {
    await work;
  } catch (error) {
    return error;
  }
  throw new Error('It should have failed');
}

beforeEach(async () => {
  fresh = await freshDatabase([schema]);
  database = open(fresh.url);
  await database.transaction({ tenants: [own] }, (tx) => tx.query(insertContact(own, 1)));
  await database.transaction({ tenants: [foreign] }, (tx) => tx.query(insertContact(foreign, 2)));
});

afterEach(async () => {
  await database.end();
  await fresh.drop();
});

describe('transaction', () => {
  it('rolls back what was done before an error', async () => {
    const reason = new Error('changed my mind');
    const work = async (tx: Transaction) => {
      await tx.query(insertContact(own, 7));
      throw reason;
    };
    await expect(database.transaction({ tenants: [own] }, work)).rejects.toBe(reason);
    expect(await countContacts([own])).toBe(1);
  });

  it('fails when a failed statement was ignored, instead of seeming committed', async () => {
    const work = async (tx: Transaction) => {
      await tx.query(insertContact(own, 7));
      await tx.query({ text: 'select 1/0' }).catch(() => undefined);
    };
    await expect(database.transaction({ tenants: [own] }, work)).rejects.toMatchObject({ code: 'INTERNAL' });
    expect(await countContacts([own])).toBe(1);
  });

  it('runs statements that were not awaited, in order', async () => {
    await database.transaction({ tenants: [own] }, async (tx) => {
      await Promise.all([3, 4, 5].map((id) => tx.query(insertContact(own, id))));
    });
    expect(await countContacts([own])).toBe(4);
  });

  it('runs the callbacks of its end after that', async () => {
    const called: string[] = [];
    await database.transaction({ tenants: [own] }, async (tx) => {
      tx.onCommitted(() => called.push('committed'));
      tx.onFailed(() => called.push('failed though it committed'));
      await tx.query(insertContact(own, 3));
      expect(called).toEqual([]);
    });
    await failure(
      database.transaction({ tenants: [own] }, async (tx) => {
        tx.onCommitted(() => called.push('rolled back'));
        tx.onFailed(() => called.push('failed'));
        await tx.query(insertContact(own, 3));
      }),
    );
    expect(called).toEqual(['committed', 'failed']);
  });

  it('refuses statements after its end', async () => {
    let leaked: Transaction | undefined;
    await database.transaction({ tenants: [] }, async (tx) => {
      leaked = tx;
    });
    await expect(leaked?.query({ text: 'select 1' })).rejects.toMatchObject({ code: 'INTERNAL' });
  });

  it('returns a connection whose statement failed, and keeps its prepared statements right', async () => {
    const single = open(fresh.url, 1);
    const prepared = {
      name: 'by_id',
      text: 'select id from contact where id = $1 and 1 / $2::int = 1',
      values: [1, 0],
    };
    const run = (values: unknown[]) =>
      single.transaction({ tenants: [own] }, (tx) => tx.query({ ...prepared, values }));
    expect(sqlState(await failure(run([1, 0])))).toBe('22012');
    expect(await run([1, 1])).toEqual([{ id: 1 }]);
    const missing = { name: 'missing', text: 'select * from no_such_table' };
    expect(sqlState(await failure(single.query(missing)))).toBe('42P01');
    expect(sqlState(await failure(single.query(missing)))).toBe('42P01');
    await single.end();
  });
});

describe('commit sinks', () => {
  function counterSink(text: string, log: string[] = []): CommitSink<string> {
    return {
      flush: async (tx, items) => {
        log.push(`flush ${items.join()}`);
        await tx.query({ text, values: [items.join('+')] });
      },
      committed: (items) => {
        log.push(`committed ${items.join()}`);
      },
    };
  }
  const insertCounter = 'insert into counter values ($1, 1)';
  const readCounters = { text: 'select name from counter order by name' };

  it('flushes all that was collected by one statement, after the work and before the callbacks', async () => {
    const log: string[] = [];
    const sink = counterSink(insertCounter, log);
    await database.transaction({ tenants: [own] }, async (tx) => {
      tx.onCommitted(() => log.push('callback'));
      tx.collect(sink, ['a']);
      await tx.query(insertContact(own, 3));
      tx.collect(sink, ['b', 'c']);
      log.push('work');
    });
    expect(log).toEqual(['work', 'flush a,b,c', 'committed a,b,c', 'callback']);
    expect(await database.query(readCounters)).toEqual([{ name: 'a+b+c' }]);
  });

  it('rolls all back when a flush fails', async () => {
    const log: string[] = [];
    const first = counterSink(insertCounter, log);
    const second = counterSink('insert into counter values ($1, 1/0)', log);
    const work = async (tx: Transaction) => {
      await tx.query(insertContact(own, 3));
      tx.collect(first, ['a']);
      tx.collect(second, ['b']);
    };
    expect(sqlState(await failure(database.transaction({ tenants: [own] }, work)))).toBe('22012');
    expect(log).toEqual(['flush a', 'flush b']);
    expect(await countContacts([own])).toBe(1);
    expect(await database.query(readCounters)).toEqual([]);
  });

  it('does not commit behind a flush that the driver never sent', async () => {
    const unencodable: Record<string, unknown> = {};
    unencodable.self = unencodable;
    const sink: CommitSink<string> = {
      flush: async (tx) => {
        await tx.query({ text: insertCounter, values: [unencodable] });
      },
      committed: () => undefined,
    };
    const nameTwice: CommitSink<string> = {
      flush: async (tx) => {
        await tx.query({ name: 'insert_contact', text: insertCounter, values: ['x'] });
      },
      committed: () => undefined,
    };
    for (const each of [sink, nameTwice]) {
      const work = async (tx: Transaction) => {
        await tx.query(insertContact(own, 3));
        tx.collect(each, ['a']);
      };
      await failure(database.transaction({ tenants: [own] }, work));
      expect(await countContacts([own])).toBe(1);
    }
  });

  it('fails when a statement follows the flush', async () => {
    let transaction: Transaction | undefined;
    const sink: CommitSink<string> = {
      flush: async (tx) => {
        await tx.query({ text: insertCounter, values: ['a'] });
        await transaction?.query(insertContact(own, 3));
      },
      committed: () => undefined,
    };
    const work = async (tx: Transaction) => {
      transaction = tx;
      tx.collect(sink, ['a']);
    };
    await expect(database.transaction({ tenants: [own] }, work)).rejects.toMatchObject({ code: 'INTERNAL' });
    expect(await countContacts([own])).toBe(1);
  });

  it('fails when a sink issues two statements, or none', async () => {
    const twice: CommitSink<string> = {
      flush: async (tx) => {
        await Promise.all(['a', 'b'].map((name) => tx.query({ text: insertCounter, values: [name] })));
      },
      committed: () => undefined,
    };
    const never: CommitSink<string> = { flush: () => Promise.resolve(), committed: () => undefined };
    for (const sink of [twice, never]) {
      const work = async (tx: Transaction) => tx.collect(sink, ['a']);
      await expect(database.transaction({ tenants: [] }, work)).rejects.toMatchObject({ code: 'INTERNAL' });
    }
    expect(await database.query(readCounters)).toEqual([]);
  });

  it('flushes nothing when nothing was collected', async () => {
    const log: string[] = [];
    await database.transaction({ tenants: [] }, async (tx) =>
      tx.collect(counterSink(insertCounter, log), []),
    );
    expect(log).toEqual([]);
  });
});

import { connect, createServer, type Server, type Socket } from 'node:net';
import { isAppError } from '@omnigate/errors';
import { createLogger } from '@omnigate/runtime';
import { type FreshDatabase, freshDatabase } from '@omnigate/testkit';
import {
  createDatabase,
  type Database,
  isTransient,
  type ServiceSchema,
  sqlState,
  type Transaction,
} from './index';

const logger = createLogger({ service: 'test', level: 'silent' });

const schema: ServiceSchema = {
  schema: 'shop',
  role: 'omnigate_shop',
  unscopedTables: ['counter'],
  migrations: [
    { id: '0001_counter', sql: 'create table counter (name text primary key, value int not null)' },
  ],
};

let fresh: FreshDatabase;
let database: Database;

function open(url: string, poolSize = 2): Database {
  const options = { schema: schema.schema, role: schema.role, applicationName: 'test', logger };
  return createDatabase({ ...options, url, poolSize });
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
});

afterEach(async () => {
  await database.end();
  await fresh.drop();
});

describe('a server that goes away', () => {
  /** Stands between the database and the server, so that connections can be cut. */
  class Cable {
    readonly sockets = new Set<Socket>();
    server!: Server;
    onServerData: ((data: Buffer) => Buffer | undefined) | undefined;

    async start(url: string): Promise<string> {
      const target = new URL(url);
      const serverPort = Number(target.port);
      this.server = createServer((client) => {
        const upstream = connect(serverPort, target.hostname);
        for (const socket of [client, upstream]) {
          this.sockets.add(socket);
          socket.on('error', () => undefined).on('close', () => this.cut([client, upstream]));
        }
        client.pipe(upstream);
        upstream.on('data', (data: Buffer) => {
          const passed = this.onServerData ? this.onServerData(data) : data;
          if (passed) client.write(passed);
        });
      });
      await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
      const address = this.server.address();
      target.port = String(typeof address === 'object' && address ? address.port : 0);
      return target.href;
    }

    cut(sockets: Iterable<Socket> = this.sockets): void {
      for (const socket of [...sockets]) {
        socket.destroy();
        this.sockets.delete(socket);
      }
    }

    stop(): void {
      this.cut();
      this.server.close();
    }
  }

  let cable: Cable;
  let fragile: Database;

  beforeEach(async () => {
    cable = new Cable();
    fragile = open(await cable.start(fresh.url), 2);
  });

  afterEach(async () => {
    cable.stop();
    await fragile.end();
  });

  it('survives idle connections that break, and connects again', async () => {
    await fragile.query({ text: 'select 1' });
    cable.cut();
    let rows: unknown;
    while (rows === undefined) rows = await fragile.query({ text: 'select 2 as n' }).catch(() => undefined);
    expect(rows).toEqual([{ n: 2 }]);
  });

  it('says DATABASE_UNAVAILABLE when a connection breaks in a statement', async () => {
    const slow = fragile.query({ text: 'select pg_sleep(10)' });
    setTimeout(() => cable.cut(), 50);
    const error = await failure(slow);
    expect(isAppError(error, 'DATABASE_UNAVAILABLE')).toBe(true);
    expect(isTransient(error)).toBe(true);
    await expect(fragile.query({ text: 'select 2 as n' })).resolves.toEqual([{ n: 2 }]);
  });

  it('says DATABASE_UNAVAILABLE when the answer to COMMIT is lost, though it may have been kept', async () => {
    const work = async (tx: Transaction) => {
      await tx.query({ text: "insert into counter values ('kept', 1)" });
      cable.onServerData = () => {
        setImmediate(() => cable.cut());
        return undefined;
      };
    };
    const error = await failure(fragile.transaction({ tenants: [] }, work));
    expect(isAppError(error, 'DATABASE_UNAVAILABLE')).toBe(true);
    expect(await database.query({ text: 'select name from counter' })).toEqual([{ name: 'kept' }]);
  });

  it('says DATABASE_UNAVAILABLE when the server ends the connection', async () => {
    const role = decodeURIComponent(new URL(fresh.url).username);
    const options = { schema: 'public', role, applicationName: 'administrator', logger };
    const administrator = createDatabase({ ...options, url: fresh.url });
    const slow = failure(fragile.query({ text: 'select pg_sleep(20) as slow' }));
    const terminate =
      "select pg_terminate_backend(pid) from pg_stat_activity where query like '%as slow' and datname = current_database()";
    let ended: unknown[] = [];
    while (ended.length === 0) ended = await administrator.query({ text: terminate });
    await administrator.end();
    const error = await slow;
    expect(isAppError(error, 'DATABASE_UNAVAILABLE')).toBe(true);
    expect(sqlState(error)).toBe('57P01');
    await expect(fragile.query({ text: 'select 2 as n' })).resolves.toEqual([{ n: 2 }]);
  });

  it('says DATABASE_UNAVAILABLE when nobody listens', async () => {
    cable.stop();
    const error = await failure(fragile.query({ text: 'select 1' }));
    expect(isAppError(error, 'DATABASE_UNAVAILABLE')).toBe(true);
  });
});

describe('limits', () => {
  it('ends a statement that takes too long', async () => {
    const options = { schema: schema.schema, role: schema.role, applicationName: 'test', logger };
    const impatient = createDatabase({ ...options, url: fresh.url, statementTimeoutMs: 50 });
    const error = await failure(impatient.query({ text: 'select pg_sleep(10)' }));
    expect(sqlState(error)).toBe('57014');
    await impatient.end();
  });

  it('refuses a role that start-up options did not bring', async () => {
    const url = new URL(fresh.url);
    url.searchParams.set('options', '-c statement_timeout=0'); // as a pooler that drops ours
    const open = createDatabase({
      url: url.href,
      schema: schema.schema,
      role: schema.role,
      applicationName: 'test',
      logger,
    });
    await expect(open.query({ text: 'select 1' })).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    await open.end();
  });
});

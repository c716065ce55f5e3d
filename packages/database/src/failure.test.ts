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

describe('isTransient', () => {
  it.each([
    ['40001', true],
    ['40P01', true],
    ['55P03', true],
    ['57014', true],
    ['53200', true],
    ['08006', true],
    ['23505', false],
    ['22P02', false],
    ['42601', false],
  ])('judges SQLSTATE %s: %s', async (state, transient) => {
    const text = `do $$ begin raise exception 'x' using errcode = '${state}'; end $$`;
    const error = await failure(database.query({ text }));
    expect(sqlState(error)).toBe(state);
    expect(isTransient(error)).toBe(transient);
  });

  it('looks at causes, and not at texts', () => {
    expect(isTransient(new Error('deadlock detected'))).toBe(false);
    expect(isTransient(undefined)).toBe(false);
    expect(isTransient(Object.assign(new Error('x'), { code: 'ECONNREFUSED' }))).toBe(true);
  });

  it('judges a real deadlock', async () => {
    const pair = open(fresh.url, 2);
    const lock = (tx: Transaction, key: number) =>
      tx.query({ text: 'select pg_advisory_xact_lock($1)', values: [key] });
    let arrived = 0;
    let meet: () => void = () => undefined;
    const met = new Promise<void>((resolve) => {
      meet = resolve;
    });
    const crossing = (first: number, second: number) =>
      pair.transaction({ tenants: [] }, async (tx) => {
        await lock(tx, first);
        arrived++;
        if (arrived === 2) meet();
        await met;
        await lock(tx, second);
      });
    const outcomes = await Promise.allSettled([crossing(1, 2), crossing(2, 1)]);
    const errors = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
    expect(errors.map(sqlState)).toEqual(['40P01']);
    expect(errors.every(isTransient)).toBe(true);
    await pair.end();
  });
});

import { createLogger } from '@omnigate/runtime';
import { type FreshDatabase, freshDatabase } from '@omnigate/testkit';
import { createDatabase, type Database, type ServiceSchema } from './index';

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

beforeEach(async () => {
  fresh = await freshDatabase([schema]);
  database = open(fresh.url);
});

afterEach(async () => {
  await database.end();
  await fresh.drop();
});

describe('values', () => {
  const everything = {
    text: `select $1::bytea as bytes, 9007199254740993::int8 as big, -5::int4 as int, 3::int2 as small, true as yes,
      null::text as none, '物业'::text as text, 'v'::varchar(9) as varchar, 1.5::float8 as double, 0.5::float4 as single,
      '0190aaaa-0000-7000-8000-00000000000f'::uuid as uuid, '{"a":[1]}'::jsonb as jsonb, '{"b":2}'::json as json,
      '2026-11-22 10:00:00.123+02'::timestamptz as time, '1999-12-31'::date as day, array[1,2]::int8[] as bigs,
      array['x',null]::text[] as texts, '{}'::uuid[] as empty, pg_current_xact_id() > '0'::xid8 as xid,
      array['2026-11-22 08:00Z'::timestamptz] as times`,
    values: [Buffer.from([0, 1, 127, 128, 255])],
  };
  const expected = {
    bytes: Buffer.from([0, 1, 127, 128, 255]),
    big: 9007199254740993n,
    int: -5,
    small: 3,
    yes: true,
    none: null,
    text: '物业',
    varchar: 'v',
    double: 1.5,
    single: 0.5,
    uuid: '0190aaaa-0000-7000-8000-00000000000f',
    jsonb: { a: [1] },
    json: { b: 2 },
    time: new Date('2026-11-22T08:00:00.123Z'),
    day: '1999-12-31',
    bigs: [1n, 2n],
    texts: ['x', null],
    empty: [],
    xid: true,
    times: [new Date('2026-11-22T08:00:00Z')],
  };

  it.each([false, true])('arrive as the same JavaScript values, binary: %s', async (binary) => {
    const rows = await database.query({ ...everything, binary });
    expect(rows).toEqual([expected]);
  });

  it('arrive whole when rows are larger than what the socket reads at once', async () => {
    const text = `select n, repeat(chr(19968 + n % 100), n * 7) as text, decode(repeat(md5(n::text), n), 'hex') as bytes
      from generate_series(1, 300) as n order by n`;
    type Row = { n: number; text: string; bytes: Buffer };
    const [texts, binaries] = await Promise.all([
      database.query<Row>({ text }),
      database.query<Row>({ text, binary: true, name: 'large' }),
    ]);
    const digest = (rows: Row[]) =>
      rows.map((row) => `${row.n} ${row.text} ${row.bytes.toString('base64')}`).join('\n');
    expect(binaries).toHaveLength(300);
    expect(digest(binaries) === digest(texts)).toBe(true);
    expect(binaries[299]?.bytes).toHaveLength(300 * 16);
  });

  it('refuses binary results of a type it cannot read, and goes on', async () => {
    const single = open(fresh.url, 1);
    await expect(single.query({ name: 'n', text: 'select 1.5::numeric as n', binary: true })).rejects.toThrow(
      '1700',
    );
    await expect(single.query({ text: 'select 2 as n' })).resolves.toEqual([{ n: 2 }]);
    await single.end();
  });
});

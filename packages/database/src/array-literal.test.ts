import { createLogger } from '@omnigate/runtime';
import { freshDatabase } from '@omnigate/testkit';
import { arrayLiterals } from './array-literal';
import { createDatabase } from './database';

const texts = [
  '',
  'NULL',
  'null',
  'a,b',
  '{x}',
  '"q"',
  'back\\slash',
  ' lead',
  'tab\t',
  'line\nbreak',
  '物业费',
  '👋',
  "it's",
  null,
];

describe('array literals', () => {
  test.each([
    ['text', texts],
    ['int', [1, -2, null, 0]],
    ['bigint', [12n, null]],
    ['boolean', [true, false, null]],
    ['uuid', ['0198c0de-0000-7000-8000-000000000001', null]],
    ['timestamptz', [new Date('2026-11-22T10:00:00.123Z'), null]],
    ['text', []],
  ])('%s arrays come back as they were', async (type, items) => {
    const schema = { schema: 'arrays', role: 'omnigate_arrays', migrations: [], unscopedTables: [] };
    const fresh = await freshDatabase([schema]);
    const logger = createLogger({ service: 'test', level: 'silent' });
    const database = createDatabase({
      url: fresh.url,
      schema: 'arrays',
      role: 'omnigate_arrays',
      applicationName: 'test',
      logger,
    });
    try {
      const text = `select item from unnest($1::${type}[]) with ordinality as k(item, n) order by n`;
      const rows = await database.query<{ item: unknown }>({ text, values: [items] });
      expect(rows.map((row) => row.item)).toEqual(items);
    } finally {
      await database.end();
      await fresh.drop();
    }
  });

  test('arrays of buffers are left to the driver', () => {
    const buffers = [Buffer.from('x')];
    expect(arrayLiterals([buffers, 'text', 1])).toEqual([buffers, 'text', 1]);
  });
});

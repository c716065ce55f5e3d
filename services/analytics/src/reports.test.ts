import type { Database } from '@omnigate/database';
import { type Bed, openBed } from '../testing/bed';
import type { ReportSpan } from './report';
import { createReports } from './reports';

describe('many who ask for reports', () => {
  let bed: Bed;
  beforeAll(async () => {
    bed = await openBed();
  }, 60_000);
  afterAll(() => bed?.close());

  /** Reports whose transactions are counted. */
  function counted(failing = false) {
    const seen = { transactions: 0, now: 0, most: 0 };
    const transaction: Database['transaction'] = async (scope, work) => {
      seen.transactions += 1;
      seen.now += 1;
      seen.most = Math.max(seen.most, seen.now);
      try {
        if (failing) throw new Error('away');
        return await bed.database.transaction(scope, work);
      } finally {
        seen.now -= 1;
      }
    };
    return { seen, query: createReports({ ...bed.database, transaction }) };
  }
  const span = (tenantId: string, firstDay: string): ReportSpan => ({
    ...{ tenantId, firstDay, lastDay: firstDay, days: 1, timeZone: 'UTC', channel: '' },
  });

  test('the same is put together once for all who ask meanwhile', async () => {
    const { seen, query } = counted();
    const tenantId = bed.addTenant('UTC');
    const reports = await Promise.all(Array.from({ length: 50 }, () => query(span(tenantId, '2026-03-03'))));
    expect(reports).toHaveLength(50);
    expect(seen.transactions).toBe(1);
    await query(span(tenantId, '2026-03-03'));
    expect(seen.transactions).toBe(2);
  });

  test('others wait for their turn, and each gets its own', async () => {
    const { seen, query } = counted();
    const tenantId = bed.addTenant('UTC');
    const days = Array.from({ length: 28 }, (_, index) => `2026-02-${String(index + 1).padStart(2, '0')}`);
    const reports = await Promise.all(days.map((day) => query(span(tenantId, day))));
    expect(reports.map(({ firstDay }) => firstDay)).toEqual(days);
    expect(seen).toEqual({ transactions: 28, now: 0, most: 2 });
  });

  test('one that fails holds nobody up', async () => {
    const { seen, query } = counted(true);
    const tenantId = bed.addTenant('UTC');
    const days = ['2026-03-01', '2026-03-02', '2026-03-03', '2026-03-03', '2026-03-04'];
    const ends = await Promise.allSettled(days.map((day) => query(span(tenantId, day))));
    expect(ends.map(({ status }) => status)).toEqual(days.map(() => 'rejected'));
    expect(seen).toMatchObject({ transactions: 4, now: 0 });
  });
});

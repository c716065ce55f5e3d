import type { Role } from '@omnigate/rpc';
import { type Bed, openBed } from '../../testing/bed';
import { ConversationStory } from '../../testing/story';

describe('reports', () => {
  let bed: Bed;
  beforeAll(async () => {
    bed = await openBed();
  }, 60_000);
  afterAll(() => bed?.close());

  test.each([
    [{ days: -1 }, 'days'],
    [{ days: 367 }, 'days'],
    [{ lastDay: '2026-02-30' }, 'last_day'],
    [{ lastDay: 'yesterday' }, 'last_day'],
  ])('%j is refused by the name of its field', async (request, field) => {
    await expect(bed.report(bed.addTenant('UTC'), request)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      fields: [{ field, description: expect.any(String) }],
    });
  });

  test.each<[Role, string, string]>([
    ['agent', 'PERMISSION_DENIED', 'PERMISSION_DENIED'],
    ['worker', 'PERMISSION_DENIED', 'PERMISSION_DENIED'],
    ['supervisor', 'done', 'PERMISSION_DENIED'],
    ['auditor', 'done', 'PERMISSION_DENIED'],
    ['owner', 'done', 'done'],
  ])('%s: the report is %s, making it anew %s', async (role, reading, rebuilding) => {
    const client = bed.client(bed.addTenant('UTC'), [role]);
    const end = (call: Promise<unknown>): Promise<string> =>
      call.then(
        () => 'done',
        (error: { code: string }) => error.code,
      );
    expect(await end(client.queryReport({}))).toBe(reading);
    expect(await end(client.rebuildFigures({}))).toBe(rebuilding);
  });

  test('the last seven days of the tenant, today among them, are what is told by itself', async () => {
    const tenantId = bed.addTenant('Asia/Kathmandu');
    // 00:00 of the 4th there.
    bed.setNow('2026-03-03T18:15:00Z');
    const report = await bed.report(tenantId);
    expect(report).toMatchObject({
      firstDay: '2026-02-26',
      lastDay: '2026-03-04',
      timeZone: 'Asia/Kathmandu',
    });
    expect(report.days.map(({ day }) => day)).toEqual([
      ...['2026-02-26', '2026-02-27', '2026-02-28', '2026-03-01', '2026-03-02', '2026-03-03', '2026-03-04'],
    ]);
    expect(report.countedTo).toBeUndefined();
  });

  test.each([
    // A quarter of an hour before and after midnight at UTC+05:45.
    ['Asia/Kathmandu', '2026-03-03T18:14:59Z', '2026-03-03', 23, '2026-03-03T18:15:00Z', '2026-03-04', 0],
    // 01:30 comes twice on the day on which clocks go back, at 05:30Z and at 06:30Z.
    ['America/New_York', '2026-11-01T05:30:00Z', '2026-11-01', 1, '2026-11-01T06:30:00Z', '2026-11-01', 1],
    // 02:00 to 03:00 is left out on the day on which they go forward.
    ['Europe/Berlin', '2026-03-29T00:59:00Z', '2026-03-29', 1, '2026-03-29T01:00:00Z', '2026-03-29', 3],
    // A day of 23 hours ends an hour of UTC earlier.
    ['Europe/Berlin', '2026-03-29T21:59:59Z', '2026-03-29', 23, '2026-03-29T22:00:00Z', '2026-03-30', 0],
  ])(
    'in %s days and hours are those that clocks show',
    async (zone, one, day, hour, two, nextDay, nextHour) => {
      const tenantId = bed.addTenant(zone);
      for (const at of [one, two]) {
        await bed.take(...new ConversationStory(tenantId, 'web').opened(at).customer(at, 'leak').records);
      }
      const count = async (of: string) => {
        const { days, hours, words } = await bed.report(tenantId, { days: 1, lastDay: of });
        const filled = hours.filter(({ inbound }) => inbound > 0n).map((each) => [each.hour, each.inbound]);
        return { inbound: days[0]?.inbound, hours: filled, words: words[0]?.conversations };
      };
      const both = day === nextDay;
      const sameHour = hour === nextHour;
      const first =
        both && !sameHour
          ? [
              [hour, 1n],
              [nextHour, 1n],
            ]
          : [[hour, both ? 2n : 1n]];
      const all = both ? 2n : 1n;
      expect(await count(day)).toEqual({ inbound: all, hours: first, words: all });
      if (!both) expect(await count(nextDay)).toEqual({ inbound: 1n, hours: [[nextHour, 1n]], words: 1n });
    },
  );

  test('a word that comes up is new, with what it was before', async () => {
    const tenantId = bed.addTenant('UTC');
    const days = Array.from({ length: 10 }, (_, index) => `2026-03-${String(index + 1).padStart(2, '0')}`);
    const said = (day: string, text: string, count: number) =>
      Array.from({ length: count }, () =>
        new ConversationStory(tenantId, 'web').opened(`${day}T09:00:00Z`).customer(`${day}T09:00:00Z`, text),
      ).flatMap(({ records }) => records);
    // Nine days before: of 20 conversations a day 10 of parcels, and on one of the days one of a leak.
    for (const day of days.slice(0, 9)) await bed.take(...said(day, '快递', 10), ...said(day, '发票', 10));
    await bed.take(...said('2026-03-05', '漏水', 1));
    await bed.take(...said('2026-03-10', '快递', 10), ...said('2026-03-10', '漏水', 8));
    const { words, newWords } = await bed.report(tenantId, { days: 1, lastDay: '2026-03-10' });
    expect(words.map(({ word, conversations, beforePerDay }) => [word, conversations, beforePerDay])).toEqual(
      [
        ['快递', 10n, 10],
        ['漏水', 8n, 1 / 9],
      ],
    );
    expect(newWords.map(({ word }) => word)).toEqual(['漏水']);
    // Within a span of all ten days there is nothing before to compare with.
    expect((await bed.report(tenantId, { days: 10, lastDay: '2026-03-10' })).newWords).toEqual([]);
  });

  test('tenants see their own figures alone', async () => {
    const [one, other] = [bed.addTenant('UTC'), bed.addTenant('UTC')];
    const at = '2026-03-03T09:00:00Z';
    await bed.take(...new ConversationStory(one, 'web').opened(at).customer(at, 'leak').records);
    const day = { days: 1, lastDay: '2026-03-03' };
    expect((await bed.report(one, day)).channels).toHaveLength(1);
    const { channels, words, countedTo } = await bed.report(other, day);
    expect({ channels, words, countedTo }).toEqual({ channels: [], words: [], countedTo: undefined });
  });
});

import type { BusRecord } from '@omnigate/bus';
import { Resolution } from '@omnigate/contracts';
import { type Bed, openBed } from '../../testing/bed';
import { ConversationStory, TicketStory } from '../../testing/story';
import { createConversationChanged } from './conversation-changed';

const day = { days: 1, lastDay: '2026-03-03' };

function story(tenantId: string): ConversationStory {
  return new ConversationStory(tenantId, 'web')
    .opened('2026-03-03T01:00:00Z')
    .customer('2026-03-03T01:00:00Z', '厨房漏水')
    .bot('2026-03-03T01:00:01Z')
    .handedOver('2026-03-03T01:20:00Z', 'CUSTOMER_ASKED')
    .accepted('2026-03-03T01:20:30Z')
    .agent('2026-03-03T01:21:00Z')
    .customer('2026-03-03T01:40:00Z', '漏水修好了')
    .resolved('2026-03-03T01:41:00Z', Resolution.RESOLUTION_UNSPECIFIED)
    .rated('2026-03-03T01:42:00Z', 4);
}

describe('counting', () => {
  let bed: Bed;
  beforeAll(async () => {
    bed = await openBed();
  }, 60_000);
  afterAll(() => bed?.close());

  /** The report of one tenant whose story came in some way. */
  async function reportOf(come: (records: BusRecord[]) => BusRecord[][]) {
    const tenantId = bed.addTenant('UTC');
    for (const batch of come(story(tenantId).records)) await bed.take(...batch);
    const { countedTo, ...report } = await bed.report(tenantId, day);
    expect(countedTo).toEqual(new Date('2026-03-03T01:42:00Z'));
    return report;
  }
  const atOnce = (records: BusRecord[]): BusRecord[][] => [records];

  test.each<[string, (records: BusRecord[]) => BusRecord[][]]>([
    ['one by one', (records) => records.map((record) => [record])],
    ['each twice', (records) => [records, records]],
    ['each twice in one batch', (records) => [records.flatMap((record) => [record, record])]],
    [
      'with the beginning repeated',
      (records) => [records.slice(0, 5), records.slice(0, 7), records.slice(2)],
    ],
    [
      'two late',
      (records) => [
        records.filter((_, index) => index !== 6 && index !== 0),
        [records[6], records[0]] as BusRecord[],
      ],
    ],
    ['the end first', (records) => [records.slice(7), records.slice(0, 7)]],
  ])('the figures are the same when records come %s', async (_, come) => {
    const report = await reportOf(come);
    expect(report).toEqual(await reportOf(atOnce));
    expect(report.channels).toEqual([{ channel: 'web', conversations: 1n, inbound: 2n, outbound: 2n }]);
    expect(report.words.map(({ word, conversations }) => [word, conversations])).toEqual([
      ...[
        ['修好', 1n],
        ['厨房', 1n],
        ['漏水', 1n],
      ],
    ]);
  });

  test('what was lost is missing, and nothing else', async () => {
    const { channels, firstResponse, ...rest } = await reportOf((records) => [
      records.filter((_, index) => index !== 2),
    ]);
    expect(channels).toEqual([{ channel: 'web', conversations: 1n, inbound: 2n, outbound: 1n }]);
    // The agent's answer is now the first that is known of.
    expect(firstResponse).toMatchObject({ count: 1n, p50Seconds: 1_260 });
    const { channels: _channels, firstResponse: _first, ...whole } = await reportOf(atOnce);
    expect(rest).toEqual(whole);
  });

  test('a batch of many conversations of many tenants takes few statements', async () => {
    const tenants = ['UTC', 'Asia/Shanghai', 'Asia/Kathmandu'].map((zone) => bed.addTenant(zone));
    const stories = Array.from({ length: 300 }, (_, index) => story(tenants[index % 3] ?? ''));
    const first = await bed.take(...stories.flatMap(({ records }) => records.slice(0, 5)));
    const second = await bed.take(...stories.flatMap(({ records }) => records.slice(5)));
    expect(first.length).toBeLessThanOrEqual(6);
    expect(second.length).toBeLessThanOrEqual(6);
    for (const tenantId of tenants) {
      const { outcomes } = await bed.report(tenantId, day);
      expect(outcomes?.resolved).toBe(100n);
    }
  });

  test('a record that speaks of another tenant is set aside, and one that can not be read is thrown back', async () => {
    const [tenantId, other] = [bed.addTenant('UTC'), bed.addTenant('UTC')];
    const { records } = story(tenantId);
    const handle = createConversationChanged({ directory: bed.directory });
    const outcomes = await bed.database.transaction({ tenants: [tenantId, other] }, (tx) =>
      handle(tx, [...records, { ...(records[0] as BusRecord), tenantId: other }]),
    );
    expect(outcomes.map(({ kind }) => kind)).toEqual([...records.map(() => 'ok'), 'deadLetter']);
    expect((await bed.report(other, day)).channels).toEqual([]);
    expect((await bed.report(tenantId, day)).outcomes?.resolved).toBe(1n);
    const broken = { ...(records[0] as BusRecord), value: Buffer.from([0xff, 0xff]) };
    await expect(bed.take(broken)).rejects.toBeInstanceOf(Error);
  });

  test('repeats alone take one statement', async () => {
    const tenantId = bed.addTenant('UTC');
    const { records } = story(tenantId);
    await bed.take(...records);
    expect((await bed.take(...records)).map(({ name }) => name)).toEqual(['conversation-fact-lock']);
  });

  test('figures made anew are those that were counted', async () => {
    const tenantId = bed.addTenant('Asia/Kathmandu');
    const other = bed.addTenant('UTC');
    const ticket = new TicketStory(tenantId, { channel: 'web', type: 'repair', building: '3栋' })
      .created('2026-03-03T02:00:00Z')
      .completed('2026-03-03T03:00:00Z');
    for (const records of [story(tenantId).records, story(tenantId).records, ticket.records]) {
      await bed.take(...records);
    }
    await bed.take(...story(other).records);
    const counted = await bed.report(tenantId, day);
    const { countedTo: _newest, ...figures } = counted;
    await bed.rows(tenantId, "update figure set count = 7 where measure = 'inbound'");
    await bed.rows(tenantId, "delete from figure where measure = 'outcome'");
    expect(await bed.report(tenantId, day)).not.toMatchObject(figures);
    const rebuilt = await bed.client(tenantId, ['owner']).rebuildFigures({});
    expect(rebuilt).toEqual({ conversations: 2n, tickets: 1n });
    expect(await bed.report(tenantId, day)).toMatchObject(figures);
    // What comes next is added to what was made anew.
    await bed.take(...story(tenantId).records);
    expect((await bed.report(tenantId, day)).outcomes?.resolved).toBe(3n);
    expect((await bed.report(other, day)).outcomes?.resolved).toBe(1n);
  });

  test('while figures are made anew, what comes in waits and is not lost', async () => {
    const tenantId = bed.addTenant('UTC');
    await bed.take(...story(tenantId).records);
    const stories = Array.from({ length: 12 }, () => story(tenantId));
    const rebuilds = Array.from({ length: 4 }, () => bed.client(tenantId, ['owner']).rebuildFigures({}));
    await Promise.all([...rebuilds, ...stories.map(({ records }) => bed.take(...records))]);
    expect((await bed.report(tenantId, day)).outcomes?.resolved).toBe(13n);
  });

  test('two batches of one conversation at once are counted one after the other', async () => {
    const tenantId = bed.addTenant('UTC');
    const { records } = story(tenantId);
    const [first = [], second = []] = [records.slice(0, 4), records.slice(4)];
    // As a replay of dead letters and the topic's own reader may be; the bus tries again what was refused.
    const again = (batch: BusRecord[]): Promise<unknown> =>
      bed.take(...batch).catch((error: { code?: string }) => {
        expect(error.code).toBe('ABORTED');
        return bed.take(...batch);
      });
    await Promise.all([again(first), again(second)]);
    expect((await bed.report(tenantId, day)).channels).toEqual([
      { channel: 'web', conversations: 1n, inbound: 2n, outbound: 2n },
    ]);
  });

  test('nothing that anybody wrote stays with a conversation, and rare words are forgotten after three days', async () => {
    const tenantId = bed.addTenant('Asia/Shanghai');
    const said = (text: string, at: string, count: number): BusRecord[] =>
      Array.from({ length: count }, () =>
        new ConversationStory(tenantId, 'web').opened(at).customer(at, text),
      ).flatMap(({ records }) => records);
    await bed.take(
      ...said('漏水 张小明', '2026-03-03T01:00:00Z', 1),
      ...said('漏水', '2026-03-03T02:00:00Z', 4),
      ...said('快递 李小红', '2026-03-05T16:30:00Z', 1),
    );
    const kept = async () => ({
      said: await bed.rows<{ day: string }>(
        tenantId,
        'select distinct day from conversation_word order by day',
      ),
      words: (await bed.rows<{ word: string }>(tenantId, 'select word from word_day order by day, word')).map(
        ({ word }) => word,
      ),
    });
    const before = await kept();
    expect(before.said).toEqual([{ day: '2026-03-03' }, { day: '2026-03-06' }]);
    // 23:59 of the 5th in Shanghai: the 3rd is the day before yesterday.
    bed.setNow('2026-03-05T15:59:00Z');
    await bed.forget();
    expect(await kept()).toEqual(before);
    bed.setNow('2026-03-05T16:01:00Z');
    await bed.forget();
    expect(await kept()).toEqual({
      said: [{ day: '2026-03-06' }],
      words: [
        '',
        '漏水',
        ...before.words.slice(before.words.indexOf('漏水') + 1).filter((word) => !/张|小明/.test(word)),
      ],
    });
  });
});

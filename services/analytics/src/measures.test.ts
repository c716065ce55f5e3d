import { Resolution } from '@omnigate/contracts';
import { type Bed, openBed } from '../testing/bed';
import { ConversationStory, TicketStory } from '../testing/story';

const { RESOLUTION_UNSPECIFIED, RESOLUTION_CONFIRMED, RESOLUTION_ASSUMED } = Resolution;

/*
 * A little day in Shanghai (UTC+8), 3 March 2026, told in UTC. Every figure of docs/measures.md is worked out by hand
 * beside it.
 *
 *  | conversation | channel | opened | first customer → first answer | handoff → agent | resolved | how | rated |
 *  | a | sms | 09:00:00 | 09:00:00 → 09:00:02 bot: 2 s     |                                | 09:10:00: 600 s    | confirmed | 5 |
 *  | b | sms | 09:20:00 | 09:20:00 → 09:20:04 bot: 4 s     |                                | next day 09:20:04: 86,404 s, counted as 86,500 | assumed | |
 *  | c | web | 10:00:00 | 10:00:00 → 10:00:01 bot: 1 s     | 10:01:00 → 10:03:00 ann: 120 s | 10:20:00: 1,200 s  | people    | 2 |
 *  | d | web | 18:30:00 | 18:30:00 → 18:31:30 bob: 90 s    | 18:30:00 → 18:31:30 bob: 90 s  |                    |           |   |
 *  | e | web | 23:50:00 | none                             | 23:50:00 → nobody              |                    |           |   |
 */
function littleDay(tenantId: string) {
  const a = new ConversationStory(tenantId, 'sms')
    .opened('2026-03-03T01:00:00Z')
    .customer('2026-03-03T01:00:00Z', '物业费怎么交')
    .bot('2026-03-03T01:00:02Z')
    .customer('2026-03-03T01:09:00Z', '物业费交好了，谢谢')
    .resolved('2026-03-03T01:10:00Z', RESOLUTION_CONFIRMED)
    .rated('2026-03-03T01:10:30Z', 5);
  const b = new ConversationStory(tenantId, 'sms')
    .opened('2026-03-03T01:20:00Z')
    .customer('2026-03-03T01:20:00Z', '停车费多少钱')
    .bot('2026-03-03T01:20:04Z')
    .resolved('2026-03-04T01:20:04Z', RESOLUTION_ASSUMED);
  const c = new ConversationStory(tenantId, 'web')
    .opened('2026-03-03T02:00:00Z')
    .customer('2026-03-03T02:00:00Z', '厨房水管漏水，电话 13800138000')
    .bot('2026-03-03T02:00:01Z')
    .handedOver('2026-03-03T02:01:00Z', 'CUSTOMER_ASKED')
    .system('2026-03-03T02:01:00Z')
    .accepted('2026-03-03T02:02:00Z')
    .note('2026-03-03T02:02:30Z')
    .agent('2026-03-03T02:03:00Z')
    .resolved('2026-03-03T02:20:00Z', RESOLUTION_UNSPECIFIED)
    .rated('2026-03-03T02:21:00Z', 1)
    .rated('2026-03-03T02:22:00Z', 2);
  const d = new ConversationStory(tenantId, 'web')
    .opened('2026-03-03T10:30:00Z')
    .customer('2026-03-03T10:30:00Z', 'The charger is broken')
    .handedOver('2026-03-03T10:30:00Z', 'PEOPLE_FIRST')
    .system('2026-03-03T10:30:00Z')
    .accepted('2026-03-03T10:31:00Z')
    .agent('2026-03-03T10:31:30Z');
  const e = new ConversationStory(tenantId, 'web')
    .opened('2026-03-03T15:50:00Z')
    .customer('2026-03-03T15:50:00Z', 'Charger broken again!')
    .handedOver('2026-03-03T15:50:00Z', 'PEOPLE_FIRST')
    .system('2026-03-03T15:50:01Z');
  const leak = new TicketStory(tenantId, { channel: 'web', type: 'repair', building: '3栋' })
    .created('2026-03-03T02:04:00Z')
    .escalated('2026-03-03T06:04:00Z')
    .completed('2026-03-03T07:00:00Z')
    .reopened('2026-03-03T08:00:00Z')
    .completed('2026-03-04T02:00:00Z')
    .rated('2026-03-04T02:05:00Z', 4);
  const lift = new TicketStory(tenantId, { channel: 'sms', type: 'repair', building: '3栋' }).created(
    '2026-03-03T03:00:00Z',
  );
  const complaint = new TicketStory(tenantId, { channel: '', type: 'complaint', building: '' }).created(
    '2026-03-03T04:00:00Z',
  );
  return [a, b, c, d, e, leak, lift, complaint].flatMap(({ records }) => records);
}

describe('the figures of a little day, worked out by hand', () => {
  let bed: Bed;
  let tenantId: string;
  const day = (request: object = {}) => bed.report(tenantId, { days: 1, lastDay: '2026-03-03', ...request });

  beforeAll(async () => {
    bed = await openBed();
    tenantId = bed.addTenant('Asia/Shanghai');
    await bed.take(...littleDay(tenantId));
  }, 60_000);
  afterAll(() => bed?.close());

  test('volumes by channel: sms a, b; web c, d, e; notes are no messages', async () => {
    // sms: in a 2 + b 1, out a 1 + b 1; web: in c, d, e, out c bot, notice, agent + d notice, agent + e notice
    expect((await day()).channels).toEqual([
      { channel: 'sms', conversations: 2n, inbound: 3n, outbound: 2n },
      { channel: 'web', conversations: 3n, inbound: 3n, outbound: 6n },
    ]);
  });

  test('volumes by hour and day of the tenant', async () => {
    const { hours, days } = await day();
    expect(hours).toHaveLength(24);
    expect(hours.filter(({ inbound }) => inbound > 0n)).toEqual([
      { hour: 9, conversations: 2n, inbound: 3n },
      { hour: 10, conversations: 1n, inbound: 1n },
      { hour: 18, conversations: 1n, inbound: 1n },
      { hour: 23, conversations: 1n, inbound: 1n },
    ]);
    expect(days).toEqual([{ day: '2026-03-03', conversations: 5n, inbound: 6n }]);
  });

  test('first responses: 1, 2, 4 and 90 s', async () => {
    // Nearest rank: the 2nd of 4 for half, the 4th for nine of ten.
    expect((await day()).firstResponse).toEqual({ count: 4n, p50Seconds: 2, p90Seconds: 90 });
  });

  test('a subscription 60 s before the question is no message, and no answer is waited for from then on', async () => {
    const followed = bed.addTenant('UTC');
    const { records } = new ConversationStory(followed, 'wechat')
      .opened('2026-03-03T01:00:00Z')
      .event('2026-03-03T01:00:00Z', 'subscribed')
      .customer('2026-03-03T01:01:00Z', '物业费怎么交')
      .bot('2026-03-03T01:01:02Z')
      .event('2026-03-03T01:02:00Z', 'location-reported');
    await bed.take(...records);
    const { channels, firstResponse } = await bed.report(followed, { days: 1, lastDay: '2026-03-03' });
    expect(channels).toEqual([{ channel: 'wechat', conversations: 1n, inbound: 1n, outbound: 1n }]);
    expect(firstResponse).toEqual({ count: 1n, p50Seconds: 2, p90Seconds: 2 });
  });

  test('a tap on a menu says something: it is answered after 3 s', async () => {
    const tapped = bed.addTenant('UTC');
    const { records } = new ConversationStory(tapped, 'wechat')
      .opened('2026-03-03T01:00:00Z')
      .event('2026-03-03T01:00:00Z', 'menu-click')
      .bot('2026-03-03T01:00:03Z');
    await bed.take(...records);
    const { channels, firstResponse } = await bed.report(tapped, { days: 1, lastDay: '2026-03-03' });
    expect(channels).toEqual([{ channel: 'wechat', conversations: 1n, inbound: 1n, outbound: 1n }]);
    expect(firstResponse).toEqual({ count: 1n, p50Seconds: 3, p90Seconds: 3 });
  });

  test("agents' first responses: 90 and 120 s", async () => {
    expect((await day()).firstAgentResponse).toEqual({ count: 2n, p50Seconds: 90, p90Seconds: 120 });
  });

  test('resolution: 600 and 1,200 s; the third on the next day, in three figures rounded up', async () => {
    expect((await day()).resolution).toEqual({ count: 2n, p50Seconds: 600, p90Seconds: 1_200 });
    expect((await day({ lastDay: '2026-03-04' })).resolution).toEqual({
      ...{ count: 1n, p50Seconds: 86_500, p90Seconds: 86_500 },
    });
  });

  test('outcomes: confirmed and assumed apart, and each on the day of its end', async () => {
    expect((await day()).outcomes).toEqual({ resolved: 2n, botConfirmed: 1n, botAssumed: 0n, byPeople: 1n });
    expect((await day({ days: 2, lastDay: '2026-03-04' })).outcomes).toEqual({
      ...{ resolved: 3n, botConfirmed: 1n, botAssumed: 1n, byPeople: 1n },
    });
  });

  test('what nobody answered and no queue had is ended, and nothing else', async () => {
    const quiet = bed.addTenant('UTC');
    const told = new ConversationStory(quiet, 'sms')
      .opened('2026-03-03T01:00:00Z')
      .system('2026-03-03T01:00:00Z')
      .customer('2026-03-03T01:05:00Z', '1')
      .resolved('2026-03-04T01:05:00Z', RESOLUTION_UNSPECIFIED);
    const waited = new ConversationStory(quiet, 'sms')
      .opened('2026-03-03T01:00:00Z')
      .customer('2026-03-03T01:00:00Z', 'hello')
      .handedOver('2026-03-03T01:00:00Z', 'PEOPLE_FIRST')
      .resolved('2026-03-04T01:05:00Z', RESOLUTION_UNSPECIFIED);
    await bed.take(...told.records, ...waited.records);
    expect((await bed.report(quiet, { days: 2, lastDay: '2026-03-04' })).outcomes).toEqual({
      ...{ resolved: 2n, botConfirmed: 0n, botAssumed: 0n, byPeople: 1n },
    });
  });

  test('handoffs by reason, the most frequent first', async () => {
    expect((await day()).handoffs).toEqual([
      { name: 'PEOPLE_FIRST', count: 2n },
      { name: 'CUSTOMER_ASKED', count: 1n },
    ]);
  });

  test('ratings: 5 and 2, of two ratings of one conversation the later; of tickets 4 on the next day', async () => {
    const { conversationRatings, ticketRatings } = await day();
    expect(conversationRatings).toEqual({ count: 2n, mean: 3.5, scores: [0n, 1n, 0n, 0n, 1n] });
    expect(ticketRatings).toEqual({ count: 0n, mean: 0, scores: [0n, 0n, 0n, 0n, 0n] });
    expect((await day({ lastDay: '2026-03-04' })).ticketRatings).toEqual({
      ...{ count: 1n, mean: 4, scores: [0n, 0n, 0n, 1n, 0n] },
    });
  });

  test('tickets by type and building; one that was completed twice counts on the day of the first time', async () => {
    expect((await day()).tickets).toEqual([
      { type: 'repair', building: '3栋', created: 2n, completed: 1n, escalated: 1n },
      { type: 'complaint', building: '', created: 1n, completed: 0n, escalated: 0n },
    ]);
    expect((await day({ lastDay: '2026-03-04' })).tickets).toEqual([]);
  });

  test('words: each once for a conversation, no numbers, nothing to compare with on the first day', async () => {
    const { words, newWords } = await day();
    expect(Object.fromEntries(words.map(({ word, conversations }) => [word, conversations]))).toEqual({
      ...{ charger: 2n, broken: 2n },
      ...{ 物业费: 1n, 停车费: 1n, 厨房: 1n, 水管: 1n, 漏水: 1n, 电话: 1n },
    });
    expect(words.slice(0, 2).map(({ word }) => word)).toEqual(['broken', 'charger']);
    expect(newWords).toEqual([]);
  });

  test('one channel alone', async () => {
    const report = await day({ channel: 'sms' });
    expect(report.channels.map(({ channel }) => channel)).toEqual(['sms']);
    expect(report.days).toEqual([{ day: '2026-03-03', conversations: 2n, inbound: 3n }]);
    expect(report.handoffs).toEqual([]);
    expect(report.tickets).toEqual([
      { type: 'repair', building: '3栋', created: 1n, completed: 0n, escalated: 0n },
    ]);
    expect(report.words.map(({ word }) => word).sort()).toEqual(['停车费', '物业费']);
  });

  test('what it holds: up to the newest change', async () => {
    expect((await day()).countedTo).toEqual(new Date('2026-03-04T02:05:00Z'));
  });
});

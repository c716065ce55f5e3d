import { AnalyticsServiceService, QueryReportResponse } from '@omnigate/contracts';
import { defineService } from '@omnigate/rpc';
import stringWidth from 'string-width';
import { loopbackKey, loopbackServer } from '../../testing/loopback-server';
import { recordedTerminal } from '../../testing/recorded-terminal';
import { runCommand } from '../program';
import { bar, columnsOf } from './bars';
import { durationText } from './duration-text';
import { inColour, plainly, reportWidth } from './layout';
import { reportLines } from './report-lines';
import { reportTexts } from './report-texts';

const { en, zh } = reportTexts;

const hours = (inbound: Record<number, bigint>) =>
  Array.from({ length: 24 }, (_, hour) => ({ hour, conversations: 0n, inbound: inbound[hour] ?? 0n }));

const report = QueryReportResponse.fromPartial({
  firstDay: '2026-03-02',
  lastDay: '2026-03-03',
  timeZone: 'Asia/Shanghai',
  channels: [
    { channel: 'web', conversations: 30n, inbound: 120n, outbound: 140n },
    { channel: 'shop-sms', conversations: 4n, inbound: 15n, outbound: 15n },
  ],
  hours: hours({ 9: 100n, 10: 25n, 23: 1n }),
  days: [
    { day: '2026-03-02', conversations: 10n, inbound: 45n },
    { day: '2026-03-03', conversations: 24n, inbound: 90n },
  ],
  firstResponse: { count: 33n, p50Seconds: 0.4, p90Seconds: 95 },
  resolution: { count: 20n, p50Seconds: 600, p90Seconds: 86_500 },
  outcomes: { resolved: 20n, botConfirmed: 5n, botAssumed: 10n, byPeople: 5n },
  handoffs: [
    { name: 'CUSTOMER_ASKED', count: 6n },
    { name: 'SOMETHING_NEW', count: 1n },
  ],
  conversationRatings: { count: 4n, mean: 4.25, scores: [0n, 0n, 1n, 1n, 2n] },
  tickets: [
    { type: 'repair', building: '3栋', created: 3n, completed: 2n, escalated: 1n },
    { type: 'complaint', building: '', created: 1n, completed: 0n, escalated: 0n },
  ],
  words: Array.from({ length: 20 }, (_, index) => ({ word: `物业费${index}`, conversations: 9n })),
  newWords: [{ word: '漏水', conversations: 12n, beforePerDay: 0.25 }],
  countedTo: new Date(2026, 2, 3, 18, 5, 3),
});

describe('a report for people', () => {
  const written = (texts = en, paint = plainly) => reportLines(report, { texts, paint });
  /** The lines below a title. */
  const section = (title: string, lines = written()): string[] => {
    const from = lines.findIndex((line) => line.startsWith(title)) + 1;
    const length = lines.slice(from).indexOf('');
    return lines.slice(from, length < 0 ? undefined : from + length);
  };

  test('in English', () => {
    expect(written().slice(0, 2)).toEqual([
      'Report  2026-03-02 – 2026-03-03 (Asia/Shanghai)',
      'counted up to 2026-03-03 18:05:03',
    ]);
    expect(section('Channels')).toEqual([
      '  channel   conversations   in  out',
      `  web                  30  120  140  ${'█'.repeat(43)}`,
      `  shop-sms              4   15   15  ${'█'.repeat(5)}▍`,
    ]);
    expect(section('Times')).toEqual([
      '                times  half within  9 of 10 within',
      '  first answer     33        0.4 s      1 min 35 s',
      '  to the end       20       10 min             1 d',
    ]);
    expect(section('How').map((line) => line.replace(/ *█.*/, ''))).toEqual([
      '  bot, confirmed by the customer   5  25 %',
      '  bot, assumed                    10  50 %',
      '  a person had it                  5  25 %',
    ]);
    expect(section('Why').map((line) => line.replace(/ *█.*/, ''))).toEqual([
      '  the customer asked for a person  6',
      '  SOMETHING_NEW                    1',
    ]);
    expect(written()).toContain('Ratings of conversations: 4.3 of 5 on average, 4 in all');
    expect(section('New words')[1]).toMatch(/^ {2}漏水 +12 +0\.3 {2}█+$/);
  });

  test('hours stand above each other', () => {
    const [columns = '', labels = ''] = section('Messages of customers by hour');
    expect(columns).toBe(`  ${' '.repeat(27)}███▂▂▂${' '.repeat(36)}▁▁▁`);
    expect(labels.slice(2 + 9 * 3)).toMatch(/^9 {2}10 11 /);
  });

  test('columns begin at the same place, Chinese or not', () => {
    const [head = '', repair = '', complaint = ''] = section('Tickets');
    const place = (line: string, text: string): number => stringWidth(line.slice(0, line.indexOf(text)));
    expect(place(repair, '3栋')).toBe(place(head, 'building'));
    expect(place(complaint, '-')).toBe(place(head, 'building'));
    const ends = (line: string): number => stringWidth(line.replace(/ *█.*/, ''));
    expect(ends(repair)).toBe(ends(head));
  });

  test.each([en, zh])('no line is wider than the screen', (texts) => {
    const wide = QueryReportResponse.fromPartial({
      ...report,
      channels: [
        { channel: '渠道'.repeat(40), conversations: 10n ** 12n, inbound: 10n ** 12n, outbound: 1n },
      ],
      tickets: [{ type: 'r'.repeat(60), building: '楼'.repeat(60), created: 3n }],
    });
    for (const each of [report, wide]) {
      const widths = reportLines(each, { texts, paint: plainly }).map((line) => stringWidth(line));
      expect(Math.max(...widths)).toBeLessThanOrEqual(reportWidth);
    }
  });

  test('many days are shown by month', () => {
    const days = Array.from({ length: 60 }, (_, index) => ({
      day: new Date(Date.UTC(2026, 0, 1 + index)).toISOString().slice(0, 10),
      inbound: 2n,
    }));
    const lines = reportLines(QueryReportResponse.fromPartial({ ...report, days }), {
      texts: en,
      paint: plainly,
    });
    expect(section('Messages of customers by month', lines).map((line) => line.replace(/ *█.*/, ''))).toEqual(
      ['  2026-01  62', '  2026-02  56', '  2026-03   2'],
    );
  });

  test('colours change nothing but colours', () => {
    const coloured = written(zh, inColour);
    expect(coloured).not.toEqual(written(zh));
    expect(coloured.map((line) => line.replace(/\u001b\[\d+m/g, ''))).toEqual(written(zh));
    expect(coloured.join('\n')).toContain('转人工原因');
  });

  test('nothing is said so', () => {
    const empty = QueryReportResponse.fromPartial({
      firstDay: '2026-03-03',
      lastDay: '2026-03-03',
      timeZone: 'UTC',
    });
    expect(reportLines(empty, { texts: en, paint: plainly })).toEqual([
      'Report  2026-03-03 – 2026-03-03 (UTC)',
      'Nothing happened in these days.',
    ]);
  });
});

test('bars show eighths, and a sliver of what is little', () => {
  expect([bar(8, 8, 2), bar(4, 8, 1), bar(1, 10_000, 10), bar(0, 8, 2)]).toEqual(['██', '▌', '▏', '']);
  expect(columnsOf([0, 1, 4, 8], 1)).toBe(' ▁▄█');
});

test.each([
  [0.04, '0.1 s'],
  [9.99, '10 s'],
  [59.6, '1 min'],
  [95, '1 min 35 s'],
  [3_600, '1 h'],
  [86_500, '1 d'],
  [97_300, '1 d 3 h'],
])('%d seconds are %s', (seconds, text) => {
  expect(durationText(seconds, en.units)).toBe(text);
});

describe('omnigate get report', () => {
  const asked: object[] = [];
  const service = defineService(
    AnalyticsServiceService,
    { queryReport: ['owner'], rebuildFigures: [] },
    {
      async queryReport(request) {
        asked.push(request);
        return report;
      },
      rebuildFigures: async () => ({ conversations: 0n, tickets: 0n }),
    },
  );
  let server: Awaited<ReturnType<typeof loopbackServer>>;
  beforeAll(async () => {
    server = await loopbackServer([service]);
  });
  afterAll(() => server?.stop());

  async function run(words: string[], env: NodeJS.ProcessEnv = {}, isTTY = false) {
    const reached = { OMNIGATE_GRPC_ADDRESS: server.address, OMNIGATE_API_KEY: loopbackKey };
    const terminal = recordedTerminal({ env: { ...reached, ...env } });
    terminal.output.isTTY = isTTY;
    const code = await runCommand(['get', 'report', ...words], terminal, '1.2.3');
    return { code, out: terminal.written(), err: terminal.complained() };
  }

  test('asks for the days and the channel, and prints tables in the language of the terminal', async () => {
    const { code, out, err } = await run(['--days', '2', '--until', '2026-03-03', '--channel', 'web'], {
      LANG: 'zh_CN.UTF-8',
    });
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(asked.at(-1)).toMatchObject({ days: 2, lastDay: '2026-03-03', channel: 'web' });
    expect(out).toContain('首次回复');
    expect(out).not.toContain('\u001b');
    await run([]);
    expect(asked.at(-1)).toMatchObject({ days: 7, lastDay: '', channel: '' });
  });

  test('colours are for screens whose owner wants them', async () => {
    expect((await run([], {}, true)).out).toContain('\u001b[');
    expect((await run([], { NO_COLOR: '1' }, true)).out).not.toContain('\u001b[');
  });

  test('json is an array of one report with the names of the fields', async () => {
    const { out } = await run(['-o', 'json']);
    const [read] = JSON.parse(out) as [Record<string, unknown>];
    expect(read).toMatchObject({
      first_day: '2026-03-02',
      outcomes: { resolved: '20', bot_confirmed: '5', bot_assumed: '10', by_people: '5' },
      first_response: { count: '33', p50_seconds: 0.4, p90_seconds: 95 },
    });
    expect((await run(['-o', 'yaml'])).out).toContain('first_day: 2026-03-02');
  });

  test.each([
    [['--days', '0']],
    [['--days', '367']],
    [['--days', 'many']],
    [['--until', 'yesterday']],
    [['--state', 'open']],
  ])('%j is wrong usage', async (words) => {
    expect(await run(words)).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringContaining(words[0] ?? ''),
    });
  });
});

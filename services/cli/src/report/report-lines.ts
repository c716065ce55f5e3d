import type { Durations, Outcomes, QueryReportResponse, Ratings } from '@omnigate/contracts';
import { localTime } from '../output/cells';
import { columnsOf } from './bars';
import { durationText } from './duration-text';
import { fillLines, layReportTable, type Paint, type ReportRow } from './layout';
import type { ReportTexts } from './report-texts';

/** How a report is written. */
export interface ReportStyle {
  texts: ReportTexts;
  paint: Paint;
}

/** More days are shown by month. */
const daysShown = 31;
const hourWidth = 3;

/**
 * Writes a report for people.
 *
 * @param report as the server gives it.
 * @param style language and colours.
 * @returns lines of at most 80 columns.
 */
export function reportLines(report: QueryReportResponse, style: ReportStyle): string[] {
  const { texts, paint } = style;
  const sections = [
    channelSection(report, style),
    daySection(report, style),
    hourSection(report, style),
    timeSection(report, style),
    outcomeSection(report.outcomes, style),
    countSection(texts.titles.handoffs, handoffRows(report, texts), style),
    ratingSection(texts.titles.conversationRatings, report.conversationRatings, style),
    ticketSection(report, style),
    ratingSection(texts.titles.ticketRatings, report.ticketRatings, style),
    wordSection(report, style),
    newWordSection(report, style),
  ].filter((lines) => lines.length > 0);
  const days = `${report.firstDay} – ${report.lastDay} (${report.timeZone})`;
  const head = `${paint('title', texts.report)}  ${days}`;
  if (sections.length === 0) return [head, texts.nothing];
  const until = report.countedTo ? [paint('dim', `${texts.countedTo} ${localTime(report.countedTo)}`)] : [];
  return [head, ...until, ...sections.flatMap((lines) => ['', ...lines])];
}

const titled = (title: string, lines: string[], { paint }: ReportStyle): string[] =>
  lines.length === 0 ? [] : [paint('title', title), ...lines];

const isQuiet = ({ channels }: QueryReportResponse): boolean => channels.length === 0;

function channelSection({ channels }: QueryReportResponse, style: ReportStyle): string[] {
  const { columns, titles } = style.texts;
  const rows = channels.map(({ channel, conversations, inbound, outbound }) => ({
    labels: [channel || '-'],
    values: [conversations, inbound, outbound].map(String),
    bar: Number(inbound),
  }));
  const heads = [columns.channel, columns.conversations, columns.inbound, columns.outbound];
  if (rows.length === 0) return [];
  return titled(titles.channels, layReportTable({ titles: heads, rows }, style.paint), style);
}

function daySection(report: QueryReportResponse, style: ReportStyle): string[] {
  if (isQuiet(report)) return [];
  const byMonth = report.days.length > daysShown;
  const sums = new Map<string, bigint>();
  for (const { day, inbound } of report.days) {
    const label = byMonth ? day.slice(0, 7) : day;
    sums.set(label, (sums.get(label) ?? 0n) + inbound);
  }
  const { days, months } = style.texts.titles;
  const rows = [...sums].map(([label, count]) => countRow(label, count));
  return countSection(byMonth ? months : days, rows, style);
}

const countRow = (label: string, count: bigint): ReportRow => ({
  labels: [label],
  values: [String(count)],
  bar: Number(count),
});

function countSection(title: string, rows: readonly ReportRow[], style: ReportStyle): string[] {
  if (rows.length === 0) return [];
  return titled(title, layReportTable({ titles: [], rows }, style.paint), style);
}

function hourSection(report: QueryReportResponse, style: ReportStyle): string[] {
  if (isQuiet(report)) return [];
  const columns = columnsOf(
    report.hours.map(({ inbound }) => Number(inbound)),
    hourWidth,
  );
  const labels = report.hours.map(({ hour }) => String(hour).padEnd(hourWidth)).join('');
  const lines = [`  ${style.paint('bar', columns.trimEnd())}`, `  ${style.paint('dim', labels.trimEnd())}`];
  return titled(style.texts.titles.hours, lines, style);
}

function timeSection(report: QueryReportResponse, style: ReportStyle): string[] {
  const { times, columns, titles, units } = style.texts;
  const row = (label: string, durations: Durations | undefined): ReportRow[] =>
    durations && durations.count > 0n
      ? [
          {
            labels: [label],
            values: [
              String(durations.count),
              durationText(durations.p50Seconds, units),
              durationText(durations.p90Seconds, units),
            ],
          },
        ]
      : [];
  const rows = [
    ...row(times.firstResponse, report.firstResponse),
    ...row(times.firstAgentResponse, report.firstAgentResponse),
    ...row(times.resolution, report.resolution),
  ];
  if (rows.length === 0) return [];
  const heads = ['', columns.count, columns.half, columns.mostly];
  return titled(titles.times, layReportTable({ titles: heads, rows }, style.paint), style);
}

function outcomeSection(outcomes: Outcomes | undefined, style: ReportStyle): string[] {
  if (!outcomes || outcomes.resolved === 0n) return [];
  const { texts } = style;
  const row = (name: keyof ReportTexts['outcomes']): ReportRow => ({
    labels: [texts.outcomes[name]],
    values: [String(outcomes[name]), percent(outcomes[name], outcomes.resolved)],
    bar: Number(outcomes[name]),
  });
  const rows = (['botConfirmed', 'botAssumed', 'byPeople'] as const).map(row);
  return countSection(texts.titles.outcomes, rows, style);
}

const percent = (part: bigint, whole: bigint): string =>
  `${Math.round((Number(part) / Number(whole)) * 100)} %`;

const handoffRows = ({ handoffs }: QueryReportResponse, { reasons }: ReportTexts): ReportRow[] =>
  handoffs.map(({ name, count }) => countRow(reasons[name] ?? name, count));

function ratingSection(title: string, ratings: Ratings | undefined, style: ReportStyle): string[] {
  if (!ratings || ratings.count === 0n) return [];
  const rows = ratings.scores.map((count, index) => countRow('★'.repeat(index + 1), count)).reverse();
  const mean = style.texts.mean(ratings.mean.toFixed(1), ratings.count);
  return [...countSection(`${title}: ${mean}`, rows, style)];
}

function ticketSection({ tickets }: QueryReportResponse, style: ReportStyle): string[] {
  if (tickets.length === 0) return [];
  const { columns, titles, noBuilding } = style.texts;
  const rows = tickets.map((ticket) => ({
    labels: [ticket.type, ticket.building || noBuilding],
    values: [ticket.created, ticket.completed, ticket.escalated].map(String),
    bar: Number(ticket.created),
  }));
  const heads = [columns.type, columns.building, columns.created, columns.completed, columns.escalated];
  return titled(titles.tickets, layReportTable({ titles: heads, rows }, style.paint), style);
}

function wordSection({ words }: QueryReportResponse, style: ReportStyle): string[] {
  const lines = fillLines(words.map(({ word, conversations }) => `${word} ${conversations}`));
  return titled(style.texts.titles.words, lines, style);
}

function newWordSection({ newWords }: QueryReportResponse, style: ReportStyle): string[] {
  if (newWords.length === 0) return [];
  const { columns, titles } = style.texts;
  const rows = newWords.map(({ word, conversations, beforePerDay }) => ({
    labels: [word],
    values: [String(conversations), beforePerDay.toFixed(1)],
    bar: Number(conversations),
  }));
  const heads = [columns.word, columns.conversations, columns.before];
  return titled(titles.newWords, layReportTable({ titles: heads, rows }, style.paint), style);
}

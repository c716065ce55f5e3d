import type {
  ChannelVolume,
  Count,
  Durations,
  Outcomes,
  QueryReportResponse,
  Ratings,
  TicketCount,
  WordCount,
} from '@omnigate/contracts';
import type { Database, Queryable } from '@omnigate/database';
import { type DurationCounts, percentileSeconds, totalOf } from './domain/duration';
import type { Measure } from './domain/figure';
import { newWords } from './domain/new-words';
import { slotOf, slotStart } from './domain/slot';
import { placeOf } from './domain/ticket-fact';
import { addDays, startOfDay, zonedHour } from './domain/zoned-day';
import {
  type FigureRange,
  type LabelCount,
  readCountedTo,
  readLabelCounts,
  readSlotCounts,
  type SlotCount,
} from './store/figures';
import { countDaysBefore, readWords, type StoredUse } from './store/words';

/** What a report is of. */
export interface ReportSpan {
  tenantId: string;
  /** First and last day, YYYY-MM-DD, in the zone. */
  firstDay: string;
  lastDay: string;
  /** How many days that is. */
  days: number;
  timeZone: string;
  /** Empty for all. */
  channel: string;
}

/** Words of the span are compared with those of so many days before. */
const comparedDays = 28;
/** Words that a report names. */
const wordsShown = 20;

/**
 * Puts a report together from figures and words of days; rows of messages or conversations are not read.
 *
 * @param database analytics'.
 * @param span what it is of.
 * @returns the report.
 */
export async function buildReport(database: Database, span: ReportSpan): Promise<QueryReportResponse> {
  const { tenantId, firstDay, lastDay, timeZone } = span;
  return database.transaction({ tenants: [tenantId] }, async (tx) => {
    const range = rangeOf(span);
    const [slots, labels, countedTime, words] = await Promise.all([
      readSlotCounts(tx, range),
      readLabelCounts(tx, range),
      readCountedTo(tx, tenantId),
      wordsOfSpan(tx, span),
    ]);
    return {
      ...{ firstDay, lastDay, timeZone },
      channels: channelVolumes(labels),
      ...volumesOverTime(slots, span),
      firstResponse: durationsOf(labels, 'first_response'),
      firstAgentResponse: durationsOf(labels, 'agent_response'),
      resolution: durationsOf(labels, 'resolution'),
      outcomes: outcomesOf(labels),
      handoffs: handoffsOf(labels),
      conversationRatings: ratingsOf(labels, 'rating'),
      ticketRatings: ratingsOf(labels, 'ticket_rating'),
      tickets: ticketsOf(labels),
      ...words,
      countedTo: countedTime,
    };
  });
}

function rangeOf({ tenantId, firstDay, lastDay, timeZone, channel }: ReportSpan): FigureRange {
  const from = startOfDay(firstDay, timeZone);
  const until = startOfDay(addDays(lastDay, 1), timeZone);
  return { tenantId, channel, fromSlot: slotOf(from), toSlot: slotOf(until) - 1 };
}

const of = (labels: readonly LabelCount[], measure: Measure): LabelCount[] =>
  labels.filter((each) => each.measure === measure);

const sum = (counts: readonly { count: bigint }[]): bigint =>
  counts.reduce((total, { count }) => total + count, 0n);

function channelVolumes(labels: readonly LabelCount[]): ChannelVolume[] {
  const count = (channel: string, measure: Measure): bigint =>
    sum(of(labels, measure).filter((each) => each.channel === channel));
  const volumes = labels.filter(({ label }) => label === '');
  return [...new Set(volumes.map(({ channel }) => channel))]
    .map((channel) => ({
      channel,
      conversations: count(channel, 'conversation'),
      inbound: count(channel, 'inbound'),
      outbound: count(channel, 'outbound'),
    }))
    .sort((a, b) => Number(b.inbound - a.inbound) || (a.channel < b.channel ? -1 : 1));
}

function volumesOverTime(
  slots: readonly SlotCount[],
  { firstDay, days: length, timeZone }: ReportSpan,
): Pick<QueryReportResponse, 'hours' | 'days'> {
  const none = () => ({ conversations: 0n, inbound: 0n });
  const hours = Array.from({ length: 24 }, (_, hour) => ({ hour, ...none() }));
  const days = Array.from({ length }, (_, index) => ({ day: addDays(firstDay, index), ...none() }));
  const byDay = new Map(days.map((each) => [each.day, each]));
  for (const { slot, measure, count } of slots) {
    const field = measure === 'inbound' ? 'inbound' : 'conversations';
    const { day, hour } = zonedHour(slotStart(slot), timeZone);
    for (const each of [hours[hour], byDay.get(day)]) if (each) each[field] += count;
  }
  return { hours, days };
}

function durationsOf(labels: readonly LabelCount[], measure: Measure): Durations {
  const counts: DurationCounts = new Map(
    of(labels, measure).map(({ label, count }) => [Number(label), Number(count)]),
  );
  return {
    count: BigInt(totalOf(counts)),
    p50Seconds: percentileSeconds(counts, 0.5),
    p90Seconds: percentileSeconds(counts, 0.9),
  };
}

function outcomesOf(labels: readonly LabelCount[]): Outcomes {
  const outcomes = of(labels, 'outcome');
  const count = (label: string): bigint => sum(outcomes.filter((each) => each.label === label));
  return {
    resolved: sum(outcomes),
    botConfirmed: count('confirmed'),
    botAssumed: count('assumed'),
    byPeople: count('people'),
  };
}

const handoffsOf = (labels: readonly LabelCount[]): Count[] =>
  of(labels, 'handoff')
    .map(({ label: name, count }) => ({ name, count }))
    .sort((a, b) => Number(b.count - a.count) || (a.name < b.name ? -1 : 1));

function ratingsOf(labels: readonly LabelCount[], measure: Measure): Ratings {
  const ratings = of(labels, measure);
  const scores = [1, 2, 3, 4, 5].map((score) => sum(ratings.filter(({ label }) => label === String(score))));
  const count = sum(scores.map((each) => ({ count: each })));
  const total = scores.reduce((all, each, index) => all + Number(each) * (index + 1), 0);
  return { count, mean: count === 0n ? 0 : total / Number(count), scores };
}

const ticketFields = {
  ticket_created: 'created',
  ticket_completed: 'completed',
  ticket_escalated: 'escalated',
} as const;

function ticketsOf(labels: readonly LabelCount[]): TicketCount[] {
  const tickets = new Map<string, TicketCount>();
  for (const [measure, field] of Object.entries(ticketFields)) {
    for (const { label, count } of of(labels, measure as Measure)) {
      const none = { ...placeOf(label), created: 0n, completed: 0n, escalated: 0n };
      const ticket = tickets.get(label) ?? none;
      ticket[field] += count;
      tickets.set(label, ticket);
    }
  }
  const byName = (a: TicketCount, b: TicketCount): number =>
    a.type === b.type ? (a.building < b.building ? -1 : 1) : a.type < b.type ? -1 : 1;
  return [...tickets.values()].sort((a, b) => Number(b.created - a.created) || byName(a, b));
}

async function wordsOfSpan(
  tx: Queryable,
  { tenantId, firstDay, lastDay, channel }: ReportSpan,
): Promise<Pick<QueryReportResponse, 'words' | 'newWords'>> {
  const range = { tenantId, firstDay, lastDay, channel, beforeDay: addDays(firstDay, -comparedDays) };
  const [rows, daysBefore] = await Promise.all([readWords(tx, range), countDaysBefore(tx, range)]);
  const uses = rows.map(({ word, now, before }: StoredUse) => ({
    word,
    now: Number(now),
    before: Number(before),
  }));
  const totals = uses.find(({ word }) => word === '') ?? { now: 0, before: 0 };
  const words = uses.filter(({ word }) => word !== '');
  const shown = ({ word, now, before }: (typeof words)[number]): WordCount => ({
    word,
    conversations: BigInt(now),
    beforePerDay: daysBefore === 0 ? 0 : before / daysBefore,
  });
  return {
    words: words.slice(0, wordsShown).map(shown),
    newWords: newWords(words, totals).slice(0, wordsShown).map(shown),
  };
}

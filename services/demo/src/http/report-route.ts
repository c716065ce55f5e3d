import type { AnalyticsServiceService, QueryReportResponse } from '@omnigate/contracts';
import type { Client } from '@omnigate/rpc';
import type { FastifyInstance } from 'fastify';
import type { DemoTenant } from '../demo-tenant';

/** What the day's report needs. */
export interface ReportRouteDeps {
  tenant: DemoTenant;
  analytics: Client<AnalyticsServiceService>;
}

const shownWords = 12;

/** Adds the day's report. */
export function registerReportRoute(server: FastifyInstance, { tenant, analytics }: ReportRouteDeps): void {
  server.get('/demo/api/report', async () => {
    const tenantId = await tenant.require();
    return dayReport(await analytics.queryReport({ days: 1 }, { tenantId }));
  });
}

const sumOf = <T>(rows: readonly T[], value: (row: T) => bigint): bigint =>
  rows.reduce((sum, row) => sum + value(row), 0n);

const seconds = (value: number): string => (value < 10 ? `${value.toFixed(1)} s` : `${Math.round(value)} s`);

function dayReport(report: QueryReportResponse): object {
  const { outcomes, ticketRatings: ratings, firstResponse } = report;
  const count = (value: bigint | undefined): string => String(value ?? 0n);
  const figures = {
    conversations: count(sumOf(report.channels, ({ conversations }) => conversations)),
    botConfirmed: count(outcomes?.botConfirmed),
    botAssumed: count(outcomes?.botAssumed),
    people: count(outcomes?.byPeople),
    firstResponse: firstResponse?.count ? seconds(firstResponse.p50Seconds) : '–',
    tickets: count(sumOf(report.tickets, ({ created }) => created)),
    rating: ratings?.count ? ratings.mean.toFixed(1) : '–',
  };
  return {
    day: report.lastDay,
    figures: Object.entries(figures).map(([name, value]) => ({ name, value })),
    channels: report.channels.map(({ channel, conversations, inbound }) => ({
      channel,
      conversations: Number(conversations),
      inbound: Number(inbound),
    })),
    hours: report.hours.map(({ hour, conversations }) => ({ hour, conversations: Number(conversations) })),
    words: report.words
      .slice(0, shownWords)
      .map(({ word, conversations }) => ({ word, conversations: Number(conversations) })),
  };
}

import { AnalyticsServiceService, type QueryReportResponse } from '@omnigate/contracts';
import { usageError } from '../command-error';
import { deskLanguage } from '../desk/desk-texts';
import { inColour, plainly } from '../report/layout';
import { reportLines } from '../report/report-lines';
import { reportTexts } from '../report/report-texts';
import type { Terminal } from '../terminal';
import type { Listing } from './listing';

const defaultDays = '7';

function daysOf(written: string): number {
  const days = Number(written);
  if (!Number.isInteger(days) || days < 1 || days > 366)
    throw usageError(`--days ${written}: must be a whole number from 1 to 366`);
  return days;
}

function dayOf(written: string): string {
  const isDay = written === '' || /^\d{4}-\d{2}-\d{2}$/.test(written);
  if (!isDay) throw usageError(`--until ${written}: must be a day, such as 2026-08-31`);
  return written;
}

const isColoured = ({ output, env }: Terminal): boolean => output.isTTY === true && !env.NO_COLOR;

/** Figures of what happened. */
export const reportListings: readonly Listing[] = [
  {
    aliases: [],
    title: 'report',
    message: 'omnigate.analytics.v1.QueryReportResponse',
    filters: ['days', 'until', 'channel'],
    columns: [],
    async *list(server, { days = defaultDays, until = '', channel = '' }) {
      const request = { days: daysOf(days), lastDay: dayOf(until), channel };
      yield await server.client(AnalyticsServiceService).queryReport(request);
    },
    lines(item, terminal) {
      const texts = reportTexts[deskLanguage(terminal.env)];
      const paint = isColoured(terminal) ? inColour : plainly;
      return reportLines(item as QueryReportResponse, { texts, paint });
    },
  },
];
